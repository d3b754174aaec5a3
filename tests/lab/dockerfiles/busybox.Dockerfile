# One static program with all of busybox's commands: upstream's default configuration, without what
# does not compile with today's kernel headers (tc) or without Sun RPC.
FROM stepdown-lab/toolchain AS build
COPY source/ /source/
WORKDIR /build
RUN tar xf /source/busybox*.orig.tar.* --strip-components=1 \
  && make -s defconfig \
  && sed -i -e 's/^# CONFIG_STATIC is not set/CONFIG_STATIC=y/' \
      -e 's/^\(CONFIG_TC\|CONFIG_FEATURE_HAVE_RPC\|CONFIG_FEATURE_INETD_RPC\|CONFIG_FEATURE_MOUNT_NFS\)=y/# \1 is not set/' .config \
  && (yes '' | make -s oldconfig >/dev/null) \
  && make -s -j"$(nproc)" CC="$CC_MUSL" HOSTCFLAGS=-O0 CONFIG_EXTRA_CFLAGS="-O1 -w" busybox

FROM scratch
COPY --from=build /build/busybox /
