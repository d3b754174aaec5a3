ARG BASE=base
FROM gcr.io/distroless/nodejs22-debian12 AS base
FROM ${BASE}
WORKDIR /app
COPY . .
CMD ["server.js"]
