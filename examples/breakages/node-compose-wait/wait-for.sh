#!/usr/bin/env bash
# Wait for a port, then start what follows.
address=$1
shift 2
until (: > "/dev/tcp/${address/://}") 2> /dev/null; do sleep 1; done
exec "$@"
