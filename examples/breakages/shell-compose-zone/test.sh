#!/bin/sh
/app/report.sh | grep -q ':00$'
