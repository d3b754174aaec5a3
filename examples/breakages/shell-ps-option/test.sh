#!/bin/sh
/app/watch.sh | grep -q 'of some characters'
