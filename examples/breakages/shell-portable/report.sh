#!/bin/sh
set -e
/app/clean.sh
date -u -d @0 +%Y-%m-%d
printf '%s\n' b a c | sort -r | head -n 2 | tr a-z A-Z
find /app -name '*.sh' | grep -c sh
if command -v csplit >/dev/null; then echo csplit; else echo "no csplit"; fi >/dev/null
