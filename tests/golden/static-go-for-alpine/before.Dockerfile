FROM golang:1.24 AS build
RUN go build -o /server .
FROM golang:1.24-alpine AS fits
RUN go build -o /fits .
FROM debian:13
COPY --from=build /server /server
COPY --from=fits /fits /fits
ENTRYPOINT ["/server"]
