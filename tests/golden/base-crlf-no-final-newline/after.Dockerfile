ARG BASE=base
FROM node:22-slim AS base
FROM ${BASE}
COPY . .
CMD ["node", "server.js"]