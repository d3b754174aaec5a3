#!/bin/sh
[ "$(/app/report.sh)" = 1000 ]
