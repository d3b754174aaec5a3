# nginx:1.26 and -alpine-slim.
FROM debian:trixie AS lists
ARG LISTS
RUN apt-get update

FROM debian:trixie-slim AS glibc
LABEL maintainer="NGINX Docker Maintainers <docker-maint@nginx.com>"
ARG NGINX_VERSION
ENV NGINX_VERSION=${NGINX_VERSION}
RUN --mount=from=lists,source=/var/lib/apt/lists,target=/var/lib/apt/lists,rw \
    set -eux; \
    groupadd --system --gid 101 nginx; \
    useradd --system --gid nginx --no-create-home --home /nonexistent --comment "nginx user" --shell /bin/false \
      --uid 101 nginx; \
    apt-get install -y --no-install-recommends ca-certificates curl gettext-base nginx; \
    rm -rf /etc/nginx /var/www/html; \
    mkdir -p /etc/nginx /var/cache/nginx /docker-entrypoint.d; \
    mkdir -p /usr/share/nginx/html; \
    ln -sf /dev/stdout /var/log/nginx/access.log; ln -sf /dev/stderr /var/log/nginx/error.log
COPY nginx/etc/ /etc/nginx/
COPY nginx/html/ /usr/share/nginx/html/
COPY nginx/docker-entrypoint.sh /
COPY nginx/docker-entrypoint.d/ /docker-entrypoint.d/
ENTRYPOINT ["/docker-entrypoint.sh"]
EXPOSE 80
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]

FROM alpine:3.23 AS musl
LABEL maintainer="NGINX Docker Maintainers <docker-maint@nginx.com>"
ARG NGINX_VERSION
ENV NGINX_VERSION=${NGINX_VERSION}
RUN --mount=type=bind,source=package,target=/package set -eux; \
    addgroup -g 101 -S nginx; \
    adduser -S -D -H -u 101 -h /var/cache/nginx -s /sbin/nologin -G nginx -g nginx nginx; \
    apk add --no-cache --allow-untrusted /package/nginx-*.apk tzdata; \
    mkdir -p /etc/nginx /var/cache/nginx /var/log/nginx /docker-entrypoint.d /usr/share/nginx/html; \
    ln -sf /dev/stdout /var/log/nginx/access.log; ln -sf /dev/stderr /var/log/nginx/error.log
COPY nginx/etc/ /etc/nginx/
COPY nginx/html/ /usr/share/nginx/html/
COPY nginx/docker-entrypoint.sh /
COPY nginx/docker-entrypoint.d/ /docker-entrypoint.d/
ENTRYPOINT ["/docker-entrypoint.sh"]
EXPOSE 80
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
