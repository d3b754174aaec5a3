ARG BASE=base
FROM scratch AS base
FROM ${BASE}
HEALTHCHECK CMD curl -f http://localhost/ || exit 1
CMD ["/usr/sbin/nginx", "-g", "daemon off;"]
