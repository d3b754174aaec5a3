#!/bin/sh
printf "v1.10\nv1.9\n" | sort -V | tail -n 1
printf a | base64 -w 0
echo
date -u -d @0 +%Y-%m-%d
stat -c %a /tmp
printf "b\na\n" | tac
getconf PAGESIZE
mktemp -d /tmp/job.XXXXXX | cut -c 1-9
seq 1 2 | xargs -n 1 -P 2 echo | sort
readlink -f /app/../app
printf "%s\n" abc | sed -E "s/(a)(b)/\2\1/"
