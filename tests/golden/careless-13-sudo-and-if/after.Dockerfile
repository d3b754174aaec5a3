ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN apk add --no-cache curl
RUN if [ "$DEBUG" = 1 ]; then apt-get update && apt-get install -y vim-tiny; fi
CMD ["node", "server.js"]
