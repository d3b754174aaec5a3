FROM golang:1.24 AS build
COPY . .
RUN go build -o /server .

FROM debian:12
COPY --from=build /server /server
USER nobody
HEALTHCHECK CMD /server health || exit 1
ENTRYPOINT /server
