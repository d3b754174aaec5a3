ARG BASE=base
FROM gcr.io/distroless/nodejs22-debian12 AS base
FROM ${BASE} AS prod
WORKDIR /app
COPY . .
RUN npm ci
CMD ["server.js"]

FROM prod AS test
RUN npm test
