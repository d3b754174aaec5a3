ARG BASE=base
FROM node:22-slim AS base
FROM ${BASE} AS node
WORKDIR /app
COPY . .

FROM node
CMD ["node", "server.js"]
