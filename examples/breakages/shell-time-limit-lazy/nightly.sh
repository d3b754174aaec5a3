#!/bin/sh
find /app -type f -size +10M -delete
timeout 5 sleep 60
if [ "$?" -eq 124 ]; then echo "took too long"; fi
