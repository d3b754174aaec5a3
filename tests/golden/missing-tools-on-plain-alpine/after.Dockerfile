ARG BASE=base
FROM alpine:3.23 AS base
FROM ${BASE}
RUN apk add --no-cache coreutils
WORKDIR /app
COPY . .
RUN csplit --quiet list.txt /part/
CMD ["sleep", "infinity"]
