#!/bin/sh
set -e
name=${WORKER:-worker}
useradd --system --no-create-home "$name"
echo "works as $(id -un "$name")"
