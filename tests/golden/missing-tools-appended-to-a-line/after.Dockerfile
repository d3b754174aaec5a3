ARG BASE=base
FROM node:22-slim AS base
FROM ${BASE}
RUN apt-get update && apt-get install -y less ca-certificates curl procps xz-utils && rm -rf /var/lib/apt/lists/*
RUN curl -fsSL https://example.org/x.tar.xz | tar -xJ && ps aux
CMD ["node", "server.js"]
