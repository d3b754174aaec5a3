ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN apk add --no-cache git libstdc++
USER node
CMD ["node", "server.js"]
