# syntax=docker/dockerfile:1
ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN <<EOF
# the tools
apk add --no-cache \
  curl git
# clean up
EOF
COPY <<EOT /etc/motd
FROM debian:12
RUN apt-get install curl
USER root
EOT
CMD ["node", "server.js"]
