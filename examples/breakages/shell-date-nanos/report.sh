#!/bin/sh
# Keeps each sample in a file of its own.
set -e
folder=$(mktemp -d)
for sample in a b c; do
  echo "$sample" > "$folder/$(date +%s%N)"
done
echo "$(ls "$folder" | wc -l) samples kept"
