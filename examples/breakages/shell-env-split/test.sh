#!/bin/sh
[ "$(/app/report.sh)" = hello ]
