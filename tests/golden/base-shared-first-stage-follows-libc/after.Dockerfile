ARG BASE=runtime-base
FROM node:22-alpine AS runtime-base
FROM ${BASE} AS base

FROM base AS build
RUN apk add --no-cache python3 make g++
RUN npm ci

FROM base
COPY --from=build /app /app
CMD ["node", "server.js"]
