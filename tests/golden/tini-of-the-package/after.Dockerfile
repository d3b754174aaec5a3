ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN apk add --no-cache tini && /sbin/tini --version
ENTRYPOINT ["/sbin/tini", "--"]
CMD ["node", "server.js"]
