ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN buildDeps='gcc make libpq-dev' \
 && apk add --no-cache --virtual .build-deps $buildDeps \
 && make \
 && apk del --no-network .build-deps
RUN apk add --no-cache --virtual .build-deps gcc && make && apk del --no-network .build-deps; echo done
ONBUILD RUN apk add --no-cache curl
RUN apk upgrade --no-cache
CMD ["node", "server.js"]
