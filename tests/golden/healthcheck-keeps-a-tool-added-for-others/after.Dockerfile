ARG BASE=base
FROM node:22-slim AS base
FROM ${BASE}
RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
RUN curl -o /x http://example.org/x
HEALTHCHECK CMD curl -f http://127.0.0.1:3000/ || exit 1
CMD ["node", "server.js"]
