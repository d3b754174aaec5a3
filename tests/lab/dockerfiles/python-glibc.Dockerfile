# CPython for glibc as /usr/local, for both Debian images, with upstream's configure options but one:
# profile-guided and link-time optimization take a quarter of an hour. The modules written in C are
# compiled without any.
FROM debian:trixie AS lists
ARG LISTS
RUN apt-get update

FROM buildpack-deps:trixie AS base
ENV PATH=/usr/local/bin:$PATH
RUN --mount=from=lists,source=/var/lib/apt/lists,target=/var/lib/apt/lists,rw \
    apt-get install -y --no-install-recommends libbluetooth-dev tk-dev uuid-dev

FROM base AS build
COPY source/python3.13_*.orig.tar.* /source/
WORKDIR /build
RUN --mount=type=tmpfs,target=/build set -eu; \
    tar xf /source/python3.13_*.orig.tar.* --strip-components=1; \
    ./configure -q --build=x86_64-linux-gnu --enable-loadable-sqlite-extensions \
      --enable-option-checking=fatal --enable-shared --with-ensurepip --disable-test-modules; \
    for goal in "-O1 python" "-O0 all"; do \
      make -s -j"$(nproc)" OPT="-DNDEBUG ${goal% *} -w" LDFLAGS="-Wl,--strip-all" "${goal#* }"; \
    done; \
    rm python; \
    make -s OPT="-DNDEBUG -O1 -w" LDFLAGS="-Wl,--strip-all -Wl,-rpath='\$\$ORIGIN/../lib'" python; \
    make -s install DESTDIR=/out COMPILEALL_OPTS=--help > /dev/null; \
    find /out -depth \( -type d \( -name test -o -name tests -o -name idle_test -o -name __pycache__ \) \
      -o -type f -name 'libpython*.a' \) -exec rm -rf {} +
# The packages that the slim image needs, found as upstream finds them.
RUN find /out -type f -executable -not -name '*tkinter*' -exec ldd '{}' ';' \
    | awk '/=>/ { so = $(NF-1); if (index(so, "/out/") == 1) next; gsub("^/(usr/)?", "", so); printf "*%s\n", so }' \
    | sort -u | xargs -rt dpkg-query --search | awk 'sub(":$", "", $1) { print $1 }' \
    | sed 's/:.*//' | sort -u > /out/packages

FROM scratch
COPY --from=build /out/ /
