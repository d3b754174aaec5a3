ARG BASE=base
FROM golang:1.24 AS build
ENV CGO_ENABLED=0
COPY . .
RUN go build -o /server .

FROM gcr.io/distroless/static-debian12 AS base
FROM ${BASE}
COPY --from=build /server /server
USER nobody
HEALTHCHECK CMD ["/server", "health"]
ENTRYPOINT ["/server"]
