#!/bin/sh
trap 'exit 0' TERM
echo ready
while true; do
  if [ -e /run/nightly ]; then ./nightly.sh; fi
  sleep 1 &
  wait $!
done
