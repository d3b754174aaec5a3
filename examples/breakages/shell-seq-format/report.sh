#!/bin/sh
# The names of the files of a month.
for day in $(seq -f %02g 1 3 2>/dev/null); do
  echo "sales-$day.csv"
done
echo done
