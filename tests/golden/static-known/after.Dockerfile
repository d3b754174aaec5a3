ARG BASE=base
FROM golang:1.24 AS build
RUN go build -o /server .
FROM scratch AS base
FROM ${BASE}
COPY --from=build /server /server
ENTRYPOINT ["/server"]
