ARG BASE=base
FROM gcr.io/distroless/nodejs22-debian12 AS base
FROM ${BASE}
ENV PATH=/nodejs/bin:$PATH
COPY --chown=65532:65532 . /app
USER 65532:65532
ENTRYPOINT ["node"]
CMD ["/app/server.js"]
