#!/bin/sh
[ "$(/app/report.sh)" = ready ]
