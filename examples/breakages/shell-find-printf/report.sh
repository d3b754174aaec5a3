#!/bin/sh
set -e
find /app -name '*.sh' -printf '%f\n' | sort
