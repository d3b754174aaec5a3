#!/bin/sh
[ "$(/app/report.sh | tail -n 1)" = "one three two " ]
