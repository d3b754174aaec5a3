#!/usr/bin/env -S sh -e
echo hello
