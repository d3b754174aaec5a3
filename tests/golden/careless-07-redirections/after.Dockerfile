ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN apk add --no-cache curl >/dev/null 2>&1 && echo hi
RUN apk add --no-cache curl git > /tmp/log 2>&1; cat /tmp/log >&2
RUN apt-get > /tmp/log install -y make
CMD ["node", "server.js"]
