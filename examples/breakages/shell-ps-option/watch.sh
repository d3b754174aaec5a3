#!/bin/sh
name=$(ps -p 1 -o comm=)
echo "process 1 has a name of ${#name} characters" | sed 's/of [1-9][0-9]* /of some /'
