ARG BASE=base
FROM gcr.io/distroless/nodejs22-debian12 AS base
FROM ${BASE}
USER postgres
COPY --chown=node:staff . /app
CMD ["server.js"]
