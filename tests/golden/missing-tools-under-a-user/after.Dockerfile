ARG BASE=runtime-base
FROM node:22-slim AS runtime-base
FROM ${BASE} AS base
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates git && rm -rf /var/lib/apt/lists/*
USER node
FROM base
RUN git clone https://example.org/x
CMD ["node", "server.js"]
