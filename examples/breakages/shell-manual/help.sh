#!/bin/sh
set -e
gzip -dc /usr/share/man/man1/sort.1.gz | grep -c sort
