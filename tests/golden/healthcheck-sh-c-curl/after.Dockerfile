ARG BASE=base
FROM node:22-slim AS base
FROM ${BASE}
RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
HEALTHCHECK CMD ["sh", "-c", "curl -f http://localhost:${PORT}/ || exit 1"]
CMD ["node", "server.js"]
