#!/bin/sh
if [ "$1" = manual ]; then
  gunzip -c /usr/share/man/man1/tar.1.gz
  exit
fi
echo "report"
