#!/bin/sh
printf 'a\nb\n' >/tmp/left
printf 'a\nc\n' >/tmp/right
diff --side-by-side /tmp/left /tmp/right 2>/dev/null
echo compared
