ARG BASE=base
FROM node:22-slim AS base
FROM ${BASE}
RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
HEALTHCHECK CMD curl -fsS http://localhost:3000/health | grep -q ok
CMD ["node", "server.js"]
