ARG BASE=runtime-base
FROM golang:1.24 AS base
ENV CGO_ENABLED=1
FROM base AS build
RUN go build -o /server .
FROM golang:1.24 AS other
RUN CGO_ENABLED=0 go build -o /other .
FROM golang:1.24 AS third
RUN go build -ldflags '-linkmode external -extldflags "-static"' -o /third .
FROM scratch AS runtime-base
FROM ${BASE}
COPY --from=build /server /server
COPY --from=other /other /other
COPY --from=third /third /third
ENTRYPOINT ["/server"]
