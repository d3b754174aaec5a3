#!/bin/sh
if [ -s /tmp/big.log ]; then
  savelog -q /tmp/big.log
fi
echo ready
