#!/bin/sh
# The hour at which the shop closed on a day in July.
date -d @1751371200 +%H:%M
