#!/bin/sh
# Writes the configuration that another program reads.
echo "host=localhost\nport=5432" > /tmp/settings
echo "$(wc -l < /tmp/settings) settings written"
