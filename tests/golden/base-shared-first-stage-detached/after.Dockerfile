ARG BASE=runtime-base
FROM node:22 AS base

FROM base AS build
WORKDIR /app
COPY . .
RUN npm ci

FROM gcr.io/distroless/nodejs22-debian12 AS runtime-base
FROM ${BASE}
WORKDIR /app
COPY --from=build /app /app
CMD ["server.js"]
