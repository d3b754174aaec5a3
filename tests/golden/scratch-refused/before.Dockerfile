FROM golang:1.24 AS build
RUN go build -o /server .
FROM debian:12
COPY --from=build /server /server
HEALTHCHECK CMD curl -f http://localhost:8080/ || exit 1
CMD /server --port $PORT
