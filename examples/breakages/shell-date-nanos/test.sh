#!/bin/sh
/app/report.sh | grep -q 'samples kept'
