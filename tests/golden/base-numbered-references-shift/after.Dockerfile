ARG BASE=node:22-slim
FROM ${BASE} AS app
COPY a /a
FROM app AS test
COPY --from=0 /a /b
