#!/bin/sh
if [ "$1" = first ]; then
  sed '0,/report/s//REPORT/' /app/report.sh
  exit
fi
echo "report"
