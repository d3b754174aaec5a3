FROM golang:1.24 AS build
RUN CGO_ENABLED=0 go build -o /server . && useradd app
FROM debian:12
COPY --from=build /etc/passwd /etc/passwd
COPY --from=build --chown=app /server /server
USER app
CMD ["/server"]
