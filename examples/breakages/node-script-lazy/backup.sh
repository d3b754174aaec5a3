#!/bin/sh
# Names a backup by the time.
echo "backup-$(date +%s%N).tar"
