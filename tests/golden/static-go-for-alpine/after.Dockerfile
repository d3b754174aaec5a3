ARG BASE=base
FROM golang:1.24 AS build
ENV CGO_ENABLED=0
RUN go build -o /server .
FROM golang:1.24-alpine AS fits
RUN go build -o /fits .
FROM alpine:3.23 AS base
FROM ${BASE}
COPY --from=build /server /server
COPY --from=fits /fits /fits
ENTRYPOINT ["/server"]
