ARG BASE=base
FROM node:22 AS deps
WORKDIR /app
COPY . .
RUN npm ci

FROM node:22 AS prod-build
WORKDIR /app
RUN mkdir -p /app/data
COPY --from=deps --chown=node:node /app /app
USER node
CMD ["node", "server.js"]

FROM gcr.io/distroless/nodejs22-debian12 AS base
FROM ${BASE} AS prod
COPY --from=prod-build --chown=1000:1000 /app /app
WORKDIR /app
USER 1000:1000
CMD ["server.js"]
