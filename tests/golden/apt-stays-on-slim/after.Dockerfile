ARG BASE=base
FROM node:22-slim AS base
FROM ${BASE}
RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
CMD ["node", "server.js"]
