ARG BASE=base
FROM golang:1.24 AS build
RUN CGO_ENABLED=0 go build -o /server .
FROM scratch AS base
FROM ${BASE}
COPY --from=build /server /server
USER 65534:65534
CMD ["/server"]
