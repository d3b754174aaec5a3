#!/bin/sh
set -e
day=$(date -d yesterday +%F)
echo "report of ${#day} characters"
