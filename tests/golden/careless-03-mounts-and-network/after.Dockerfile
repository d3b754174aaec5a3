# syntax=docker/dockerfile:1
ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN --mount=type=cache,target=/var/cache/apk,sharing=locked \
    --mount=type=secret,id=token,target=/run/token \
    apk add --update-cache --cache-dir=/var/cache/apk gcc
RUN --network=none --mount=type=cache,id=apt-/var/lib/apt,target=/var/cache/apk apk add --update-cache --cache-dir=/var/cache/apk make && make -C /src
CMD ["node", "server.js"]
