ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN apk add --no-cache sudo
USER node
RUN sudo apk add --no-cache \
      curl \
      git
USER 0:0
RUN apk add --no-cache less
CMD ["node", "server.js"]
