#!/bin/sh
[ -n "$(/app/report.sh)" ]
