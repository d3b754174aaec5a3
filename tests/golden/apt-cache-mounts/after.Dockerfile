# syntax=docker/dockerfile:1
ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN --mount=type=cache,target=/var/cache/apk,sharing=locked \
    # the lists
    apk add --update-cache --cache-dir=/var/cache/apk gcc
RUN echo ready
CMD ["node", "server.js"]
