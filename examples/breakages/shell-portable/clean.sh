#!/bin/sh
rm -rf "${TMPDIR:-/tmp}/report" && mkdir -p /tmp/report
sed -i 's/a/b/' /dev/null 2>/dev/null || true
