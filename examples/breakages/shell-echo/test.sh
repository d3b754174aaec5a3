#!/bin/sh
/app/report.sh && grep -q port=5432 /tmp/settings
