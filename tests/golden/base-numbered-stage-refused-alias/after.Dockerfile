ARG BASE=node:22-slim
FROM ${BASE}
COPY a /a
FROM alpine:3
COPY --from=0 /a /a
