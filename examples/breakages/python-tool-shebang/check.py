#!/usr/local/bin/python3
import sys

sys.exit(0 if sys.stdin.buffer.read(4) == b"%PDF" else 1)
