ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN apk add --no-cache curl
RUN echo ready
ENV LANG=en_US.UTF-8
CMD ["node", "server.js"]
