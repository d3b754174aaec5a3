FROM golang:1.24 AS build
RUN go build -o /server .
FROM debian:13
COPY --from=build /server /server
ENTRYPOINT ["/server"]
