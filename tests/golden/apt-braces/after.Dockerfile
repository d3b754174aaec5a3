ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN apk add --no-cache bash
RUN apt-get install -y lib{ncurses,ncurses5}-dev
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN apt-get update && apt-get install -y lib{ncurses,ssl}3 git
RUN apk add --no-cache ncurses-dev curl wget git
CMD ["node", "server.js"]
