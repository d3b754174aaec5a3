FROM golang:1.24 AS build
RUN CGO_ENABLED=0 go build -o /server .
FROM debian:12
COPY --from=build /server /server
USER nobody
CMD ["/server"]
