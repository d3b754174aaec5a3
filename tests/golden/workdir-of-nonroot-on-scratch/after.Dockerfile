ARG BASE=base
FROM golang:1.24 AS build
RUN CGO_ENABLED=0 go build -o /server .

FROM scratch AS base
FROM ${BASE}
USER 65532:65532
WORKDIR /home/nonroot
COPY --from=build /server data ./
ENTRYPOINT ["./server"]
