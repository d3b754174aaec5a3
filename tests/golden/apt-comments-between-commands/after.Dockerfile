ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN --mount=type=cache,target=/var/cache/apk,sharing=locked --network=default \
    # what the reports need
    apk add --update-cache --cache-dir=/var/cache/apk \
      # fonts
      curl \
      build-base \
 && \
 # leave nothing behind
 rm -rf /tmp/*
CMD ["node", "server.js"]
