#!/bin/sh
[ "$(/app/report.sh | head -n 1)" = report.sh ]
