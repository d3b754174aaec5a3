#!/bin/sh
[ "$(/app/help.sh)" -gt 1 ]
