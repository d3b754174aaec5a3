ARG BASE=base
FROM alpine:3.23 AS base
FROM ${BASE}
COPY server /server
HEALTHCHECK CMD wget -q -T 2 -O /dev/null http://127.0.0.1:3000/ready || exit 1
CMD ["/server"]
