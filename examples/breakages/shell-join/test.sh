#!/bin/sh
[ "$(/app/report.sh | tail -n 1)" = "2 b y" ]
