#!/bin/sh
set -eu
date +%s
printf '%s\n' three one two | sort | tr '\n' ' '
