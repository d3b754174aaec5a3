#!/bin/sh
/app/report.sh | grep -q compared
