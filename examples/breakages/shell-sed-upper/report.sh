#!/bin/sh
echo "quarterly report" | sed 's/.*/\U&/'
