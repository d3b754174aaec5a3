#!/bin/sh
od -An -N1 -tu1 /dev/urandom
