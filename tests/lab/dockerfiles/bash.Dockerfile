# bash for the apk repository.
FROM stepdown-lab/toolchain AS build
COPY source/ /source/
WORKDIR /build
RUN tar xf /source/bash_*.orig.tar.* --strip-components=1 \
  && CC="$CC_MUSL" CFLAGS="-O0 -std=gnu17 -w" ./configure -q --prefix=/usr --bindir=/bin \
     --build=x86_64-linux-musl --without-bash-malloc --disable-nls --cache-file=/dev/null \
  && make -s -j"$(nproc)" bash \
  && mkdir -p /out/bash/bin && strip -o /out/bash/bin/bash bash

FROM scratch
COPY --from=build /out/ /
