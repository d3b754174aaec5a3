#!/bin/sh
# Seven of eight runs fail.
[ "$(($(/app/report.sh) % 8))" = 0 ]
