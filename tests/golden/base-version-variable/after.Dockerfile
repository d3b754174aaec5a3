ARG NODE_VERSION=22
ARG BASE=base

FROM node:${NODE_VERSION} AS deps
COPY package.json .

FROM node:${NODE_VERSION}-slim AS base
FROM ${BASE}
COPY --from=deps /package.json .
CMD ["node", "server.js"]
