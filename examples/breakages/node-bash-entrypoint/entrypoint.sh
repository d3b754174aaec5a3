#!/bin/bash
options=(--no-deprecation)
exec node "${options[@]}" "$@"
