ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
ENV DEBIAN_FRONTEND=noninteractive
RUN export DEBIAN_FRONTEND=noninteractive && apk upgrade --no-cache && apk add --no-cache curl
RUN apk upgrade --no-cache; apk add --no-cache git
RUN apk add --no-cache \
    build-base \
    # for the database
    libssl3 libcrypto3 \
    libpq-dev && \
    echo built
WORKDIR /app
RUN npm ci \
 && npm cache clean --force
CMD ["node", "server.js"]
