ARG BASE=base
FROM debian:13 AS build
RUN make install
FROM gcr.io/distroless/nodejs22-debian12 AS base
FROM ${BASE}
COPY --from=build /usr/local/lib/libx.so.1 /usr/local/lib/
COPY app /app
CMD ["/app"]
