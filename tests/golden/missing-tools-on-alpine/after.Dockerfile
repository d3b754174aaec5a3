ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN apk add --no-cache git make tzdata
WORKDIR /app
COPY . .
RUN git rev-parse HEAD > REVISION && make && ps -ef && wget -qO- https://example.org
ENV TZ=Europe/Berlin
CMD ["node", "server.js"]
