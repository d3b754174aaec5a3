ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN apk add --no-cache grep coreutils
RUN grep -P x y && sort --parallel=2 z && date -d yesterday
CMD ["node", "server.js"]
