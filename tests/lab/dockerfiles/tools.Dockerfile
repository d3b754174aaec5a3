# Small programs for the apk repository, compiled for musl; a folder for each package.
FROM stepdown-lab/toolchain AS build
COPY source/ /source/
COPY su-exec.c /source/
WORKDIR /build
RUN mkdir tini && tar xf /source/tini_*.orig.tar.* -C tini --strip-components=1 \
  && printf '#define TINI_VERSION "0.19.0"\n#define TINI_GIT ""\n' > tini/src/tiniConfig.h \
  && mkdir -p /out/tini/sbin /out/tini-static/sbin \
  && $CC_MUSL -O2 -s -std=gnu99 -include libgen.h tini/src/tini.c -o /out/tini/sbin/tini \
  && $CC_MUSL -O2 -s -std=gnu99 -include libgen.h -static tini/src/tini.c -o /out/tini-static/sbin/tini-static
RUN mkdir dumb-init && tar xf /source/dumb-init_*.orig.tar.* -C dumb-init --strip-components=1 \
  && mkdir -p /out/dumb-init/usr/bin \
  && $CC_MUSL -O2 -s -std=gnu99 dumb-init/dumb-init.c -o /out/dumb-init/usr/bin/dumb-init
RUN mkdir -p /out/su-exec/sbin && $CC_MUSL -O2 -s /source/su-exec.c -o /out/su-exec/sbin/su-exec

FROM scratch
COPY --from=build /out/ /
