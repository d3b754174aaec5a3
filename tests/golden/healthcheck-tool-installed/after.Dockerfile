ARG BASE=base
FROM node:22-slim AS base
FROM ${BASE}
RUN apt-get update && apt-get install -y curl
HEALTHCHECK CMD curl -f http://localhost:3000/ || exit 1
CMD ["node", "server.js"]
