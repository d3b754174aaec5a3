#!/bin/sh
printf '1 a\n2 b\n' >/tmp/left
printf '1 x\n2 y\n' >/tmp/right
join /tmp/left /tmp/right
