ARG BASE=base
FROM node:22-slim AS base
FROM ${BASE}
RUN apk add --no-cache curl
CMD ["node", "server.js"]
