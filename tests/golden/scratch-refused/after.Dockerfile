ARG BASE=base
FROM golang:1.24 AS build
ENV CGO_ENABLED=0
RUN go build -o /server .
FROM scratch AS base
FROM ${BASE}
COPY --from=build /server /server
HEALTHCHECK CMD curl -f http://localhost:8080/ || exit 1
CMD /server --port $PORT
