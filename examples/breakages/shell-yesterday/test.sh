#!/bin/sh
/app/report.sh | grep -q 'of 10 characters'
