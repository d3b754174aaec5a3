ARG BASE=base
FROM gcr.io/distroless/nodejs22-debian12 AS base
FROM ${BASE}
ENV PATH=/nodejs/bin:$PATH
COPY --chown=1000:1000 . /app
USER 1000:1000
ENTRYPOINT ["node"]
CMD ["/app/server.js"]
