# CPython for musl as /usr/local, with upstream's configure options, as on Alpine. Only the interpreter
# is optimized, and little: that costs minutes.
FROM stepdown-lab/libraries AS build
COPY source/python3.13_*.orig.tar.* /source/
# Python remembers the compiler as gcc, as on Alpine. Debian's gcc would name its own folders for
# headers of glibc when asked for the "multiarch" name.
RUN mkdir /opt/bin && printf '%s\n' '#!/bin/sh' \
    'for a; do case $a in -print-multiarch|--print-multiarch) exit 0 ;; esac; done' \
    'REALGCC=/usr/bin/gcc exec musl-gcc -idirafter /opt/kernel -L/alpine/lib "$@"' > /opt/bin/gcc \
  && chmod 755 /opt/bin/gcc
# What is built runs under Alpine's own libc and libraries.
RUN cp /alpine/lib/ld-musl-x86_64.so.1 /lib/new && mv -f /lib/new /lib/ld-musl-x86_64.so.1 \
  && printf '/build\n/alpine/lib\n' > /etc/ld-musl-x86_64.path
ENV PATH=/opt/bin:$PATH CC=gcc
WORKDIR /build
RUN --mount=type=tmpfs,target=/build set -eu; \
    tar xf /source/python3.13_*.orig.tar.* --strip-components=1; \
    ./configure -q --build=x86_64-linux-musl --enable-loadable-sqlite-extensions \
      --enable-option-checking=fatal --enable-shared --with-ensurepip --disable-test-modules \
      --with-openssl=/alpine CPPFLAGS="-I/alpine/include" PKG_CONFIG=false; \
    for goal in "-O1 python" "-O0 all"; do \
      make -s -j"$(nproc)" OPT="-DNDEBUG ${goal% *} -w" EXTRA_CFLAGS=-DTHREAD_STACK_SIZE=0x100000 \
        LDFLAGS="-L/alpine/lib -Wl,--strip-all" "${goal#* }"; \
    done; \
    rm python; \
    make -s OPT="-DNDEBUG -O1 -w" EXTRA_CFLAGS=-DTHREAD_STACK_SIZE=0x100000 \
      LDFLAGS="-L/alpine/lib -Wl,--strip-all -Wl,-rpath='\$\$ORIGIN/../lib'" python; \
    make -s install DESTDIR=/out COMPILEALL_OPTS=--help > /dev/null; \
    find /out -depth \( -type d \( -name test -o -name tests -o -name idle_test -o -name __pycache__ \) \
      -o -type f -name 'libpython*.a' \) -exec rm -rf {} +

FROM scratch
COPY --from=build /out/ /
