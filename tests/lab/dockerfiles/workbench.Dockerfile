# Headers of Alpine's libraries (Debian's are of the same versions, but for OpenSSL's options) and what
# SQLite is built with. Only unpacked: to install them would take longer.
FROM stepdown-lab/toolchain
RUN --mount=type=bind,source=debs,target=/debs for deb in /debs/*.deb; do dpkg-deb -x "$deb" /; done \
  && ldconfig && ln -s tclsh8.6 /usr/bin/tclsh
RUN mkdir /alpine/include && cd /usr/include \
  && cp -aL openssl uuid lzma lzma.h zlib.h zconf.h *curses*.h term.h termcap.h unctrl.h eti.h \
     x86_64-linux-gnu/ffi.h x86_64-linux-gnu/ffitarget.h /alpine/include/ \
  && cp -aL x86_64-linux-gnu/openssl/. /alpine/include/openssl/ \
  && printf '#ifndef OPENSSL_NO_COMP\n#define OPENSSL_NO_COMP\n#endif\n' >> /alpine/include/openssl/configuration.h
