ARG BASE=runtime-base
FROM node:22-alpine AS runtime-base
FROM ${BASE} AS base
FROM base AS build
RUN apk add --no-cache bash
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN a | b
FROM base
RUN apk add --no-cache bash
RUN env X=1 bash ./setup.sh
COPY --from=build /x /x
CMD ["node", "server.js"]
