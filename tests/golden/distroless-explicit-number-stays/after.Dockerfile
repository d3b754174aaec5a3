ARG BASE=base
FROM gcr.io/distroless/nodejs22-debian12 AS base
FROM ${BASE}
COPY --chown=1001:1100 . /app
USER 1001:1100
CMD ["/app/server.js"]
