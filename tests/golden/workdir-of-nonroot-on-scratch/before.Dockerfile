FROM golang:1.24 AS build
RUN CGO_ENABLED=0 go build -o /server .

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /server data ./
ENTRYPOINT ["./server"]
