#!/bin/sh
[ "$(/app/start.sh)" = "works as worker" ]
