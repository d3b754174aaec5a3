#!/bin/sh
[ "$(/app/report.sh)" = report ]
