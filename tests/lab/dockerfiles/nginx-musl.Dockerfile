# nginx for musl with what nginx.org's own packages have, as far as an ordinary site can need it.
# PCRE2 is compiled in: the disk that Alpine's packages come from has none.
FROM stepdown-lab/workbench AS build
WORKDIR /build
COPY source/ /source/
RUN set -eu; mkdir pcre nginx; \
    tar xf /source/pcre2_*.orig.tar.* -C pcre --strip-components=1; \
    tar xf /source/nginx_*.orig.tar.* -C nginx --strip-components=1
RUN set -eu; cd pcre/src; cp config.h.generic config.h; cp pcre2.h.generic pcre2.h; \
    cp pcre2_chartables.c.dist pcre2_chartables.c; \
    ls pcre2_*.c | grep -Ev '_(dftables|fuzzsupport|jit_match|jit_misc|jit_test|printint|ucptables|posix|convert)\.c|pcre2_jit_[mt]' \
      | xargs -P "$(nproc)" -n 4 $CC_MUSL -c -O0 -w -DHAVE_CONFIG_H -DPCRE2_CODE_UNIT_WIDTH=8 -DSUPPORT_UNICODE \
          -DPCRE2_STATIC -I.; \
    ar rcs libpcre2-8.a pcre2_*.o
# Debian's musl lacks this header, not what it declares.
COPY <<'END' /build/include/crypt.h
struct crypt_data { int initialized; char internal[256]; };
char *crypt(const char *, const char *);
char *crypt_r(const char *, const char *, struct crypt_data *);
END
RUN set -eu; cd nginx; ./configure --with-cc="$CC_MUSL" \
      --with-cc-opt="-O0 -w -I/build/include -I/alpine/include -I/build/pcre/src -DPCRE2_STATIC" \
      --with-ld-opt="-s -L/build/pcre/src" \
      --prefix=/etc/nginx --sbin-path=/usr/sbin/nginx --modules-path=/usr/lib/nginx/modules \
      --conf-path=/etc/nginx/nginx.conf --error-log-path=/var/log/nginx/error.log \
      --http-log-path=/var/log/nginx/access.log --pid-path=/run/nginx.pid --lock-path=/run/nginx.lock \
      --http-client-body-temp-path=/var/cache/nginx/client_temp \
      --http-proxy-temp-path=/var/cache/nginx/proxy_temp \
      --http-fastcgi-temp-path=/var/cache/nginx/fastcgi_temp \
      --http-uwsgi-temp-path=/var/cache/nginx/uwsgi_temp --http-scgi-temp-path=/var/cache/nginx/scgi_temp \
      --user=nginx --group=nginx --with-threads --with-file-aio \
      --with-http_auth_request_module --with-http_gzip_static_module --with-http_realip_module \
      --with-http_ssl_module --with-http_stub_status_module --with-http_sub_module --with-http_v2_module \
      >/dev/null; \
    make -s -j"$(nproc)"; mkdir -p /out/usr/sbin; cp objs/nginx /out/usr/sbin/

FROM scratch
COPY --from=build /out/ /
