#!/bin/sh
[ "$(/app/report.sh | head -n 1)" = v1.10 ]
