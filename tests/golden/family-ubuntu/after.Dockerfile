ARG BASE=base
FROM alpine:3.23 AS base
FROM ${BASE}
COPY server /usr/local/bin/server
CMD ["/usr/local/bin/server"]
