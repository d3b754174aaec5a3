ARG BASE=base
FROM alpine:3.23 AS base
FROM ${BASE}
COPY site /usr/share/nginx/html
HEALTHCHECK --interval=5s CMD wget -q -O /dev/null http://127.0.0.1/ || exit 1
CMD ["nginx", "-g", "daemon off;"]
