# Libraries that Python needs and the Alpine disk lacks, compiled for musl. /out has a folder for each
# apk package; /alpine has what the compiler needs.
FROM stepdown-lab/workbench AS base
WORKDIR /build

FROM base AS ffi
COPY source/libffi_*.orig.tar.* .
COPY fficonfig.h .
RUN tar xf libffi_*.orig.tar.* --strip-components=1 && mkdir -p /out/libffi/usr/lib \
  && $CC_MUSL -O2 -w -fPIC -shared -s -Wl,-soname,libffi.so.8 -Wl,-z,noexecstack \
     -I. -Iinclude -I/alpine/include src/prep_cif.c src/types.c src/raw_api.c src/java_raw_api.c \
     src/closures.c src/tramp.c src/x86/ffi64.c src/x86/ffiw64.c src/x86/unix64.S src/x86/win64.S \
     -o /out/libffi/usr/lib/libffi.so.8.1.4 \
  && ln -s libffi.so.8.1.4 /out/libffi/usr/lib/libffi.so.8

FROM base AS bz2
COPY source/bzip2_*.orig.tar.* .
RUN tar xf bzip2_*.orig.tar.* --strip-components=1 && mkdir -p /out/libbz2/usr/lib /include \
  && $CC_MUSL -O2 -fPIC -shared -s -D_FILE_OFFSET_BITS=64 -Wl,-soname,libbz2.so.1 blocksort.c huffman.c \
     crctable.c randtable.c compress.c decompress.c bzlib.c -o /out/libbz2/usr/lib/libbz2.so.1.0.8 \
  && ln -s libbz2.so.1.0.8 /out/libbz2/usr/lib/libbz2.so.1 && cp bzlib.h /include/

FROM base AS sqlite
COPY source/sqlite3_*.orig.tar.* .
RUN tar xf sqlite3_*.orig.tar.* --strip-components=1 && mkdir -p /out/sqlite-libs/usr/lib /include \
  && make -s -f main.mk TOP=. BCC=gcc TCC=gcc NAWK=awk sqlite3.c sqlite3.h \
  && $CC_MUSL -O0 -fPIC -shared -s -Wl,-soname,libsqlite3.so.0 -DSQLITE_THREADSAFE=1 -DSQLITE_USE_URI \
     -DSQLITE_ENABLE_COLUMN_METADATA -DSQLITE_ENABLE_DBSTAT_VTAB -DSQLITE_ENABLE_FTS3_PARENTHESIS \
     -DSQLITE_ENABLE_FTS4 -DSQLITE_ENABLE_FTS5 -DSQLITE_ENABLE_GEOPOLY -DSQLITE_ENABLE_RTREE \
     -DSQLITE_ENABLE_MATH_FUNCTIONS -DSQLITE_ENABLE_PREUPDATE_HOOK -DSQLITE_ENABLE_SESSION \
     -DSQLITE_ENABLE_UNLOCK_NOTIFY sqlite3.c -o /out/sqlite-libs/usr/lib/libsqlite3.so.0.8.6 \
  && ln -s libsqlite3.so.0.8.6 /out/sqlite-libs/usr/lib/libsqlite3.so.0 && cp sqlite3.h /include/

FROM base AS readline
COPY source/readline_*.orig.tar.* .
RUN tar xf readline_*.orig.tar.* --strip-components=1 \
  && CC="$CC_MUSL" CFLAGS="-O0 -w -std=gnu17" CPPFLAGS=-I/alpine/include ./configure -q --prefix=/usr \
     --disable-static --build=x86_64-linux-musl \
  && make -s -j"$(nproc)" SHLIB_LIBS="-L/alpine/lib -lncursesw" \
  && make -s install DESTDIR=/stage >/dev/null \
  && mkdir -p /out/readline/usr/lib /include && cp -a /stage/usr/lib/lib*.so.8* /out/readline/usr/lib/ \
  && cp -a /stage/usr/include/readline /include/

FROM scratch AS packages
COPY --from=ffi /out/ /
COPY --from=bz2 /out/ /
COPY --from=sqlite /out/ /
COPY --from=readline /out/ /

FROM scratch AS headers
COPY --from=bz2 /include/ /
COPY --from=sqlite /include/ /
COPY --from=readline /include/ /

FROM base AS development
COPY --from=headers / /alpine/include/
RUN --mount=from=packages,target=/packages cp -a /packages/*/usr/lib/. /alpine/lib/ && cd /alpine/lib \
  && for lib in *.so.[0-9]*; do ln -sf "$lib" "${lib%%.so*}.so"; done

FROM packages
