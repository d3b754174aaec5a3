ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN set -eux; \
    buildDeps=' \
        gcc \
        ncurses-dev \
        make \
    '; \
    apk add --no-cache $buildDeps ca-certificates libpq; \
    make -C /src install; \
    apk del --no-network $buildDeps
RUN apk add --no-cache wget git && wget http://example.org/x && apk del --no-network wget
RUN apt-get purge -y python3
RUN apt-get update && apt-get install -y libncurses5-dev libncurses-dev && apt-get purge -y libncurses5-dev
RUN apk del --no-network git
CMD ["node", "server.js"]
