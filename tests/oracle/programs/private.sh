#!/bin/sh
# Libraries in a folder of their own, found by RUNPATH, by RPATH or not at all, and one for
# /usr/local/lib. $1 is the prefix of all names, $2 the compiler.
set -eu
mkdir -p "/p/$1" /local
shared() { "$2" -shared -fPIC "$3" -o "$1" "-Wl,-soname,$(basename "$1")" "$4" "$5"; }
program() { "$2" user.c -o "/p/$1" "-L/p/$3" "-l$3outer" "-Wl,-rpath-link,/p/$3" "$4"; }

shared "/p/$1/lib$1inner.so" "$2" inner.c -L/p -s
shared "/p/$1/lib$1outer.so" "$2" private.c "-L/p/$1" "-l$1inner"
program "$1-runpath" "$2" "$1" "-Wl,--enable-new-dtags,-rpath,\$ORIGIN/$1"
program "$1-rpath" "$2" "$1" "-Wl,--disable-new-dtags,-rpath,\$ORIGIN/$1"
program "$1-nowhere" "$2" "$1" -s
shared "/local/lib$1local.so" "$2" inner.c -L/p -s
"$2" local.c -o "/p/$1-local" -L/local "-l$1local"
