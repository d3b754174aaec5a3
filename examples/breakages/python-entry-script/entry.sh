#!/bin/sh
export STARTED="${STARTED:-now}"
exec "$@"
