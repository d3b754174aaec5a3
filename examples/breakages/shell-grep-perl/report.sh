#!/bin/sh
# The version that a text names.
echo "stepdown 1.2.3 (stable)" | grep -oP '\d+(?=\.\d+\.\d+ \(stable)' || exit 1
