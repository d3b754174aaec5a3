# What compiles for musl: Debian's musl-gcc, which links with Alpine's own libraries from the context.
# Never part of an image of the lab.
FROM debian:trixie AS lists
ARG LISTS
RUN apt-get update

FROM debian:trixie
RUN --mount=from=lists,source=/var/lib/apt/lists,target=/var/lib/apt/lists,rw \
    apt-get install -y --no-install-recommends bzip2 gcc libc6-dev make musl-tools xz-utils
# musl-gcc finds no kernel headers by itself; they must not bring glibc's own along.
RUN mkdir /opt/kernel && cd /opt/kernel \
  && ln -s /usr/include/linux /usr/include/asm-generic /usr/include/mtd . \
  && ln -s /usr/include/x86_64-linux-gnu/asm asm
# Alpine's libc names itself libc.musl-x86_64.so.1, and so do programs that are linked with it.
COPY libraries/ /alpine/lib/
RUN cd /alpine/lib && ln -s ld-musl-x86_64.so.1 libc.so && ln -s ld-musl-x86_64.so.1 libc.musl-x86_64.so.1 \
  && for lib in *.so.[0-9]*; do ln -sf "$lib" "${lib%%.so*}.so"; done \
  && ln -sf libncursesw.so.6 libncurses.so && ln -sf libncursesw.so.6 libtinfow.so
ENV CC_MUSL="musl-gcc -idirafter /opt/kernel -L/alpine/lib"
