ARG BASE=base
FROM alpine:3.23 AS base
FROM ${BASE}
RUN apk add --virtual .build gcc && make && apk del .build
CMD ["/app"]
