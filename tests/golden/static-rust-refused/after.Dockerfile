ARG BASE=base
FROM rust:1.90 AS build
WORKDIR /src
COPY . .
RUN cargo build --release
FROM gcr.io/distroless/static-debian12 AS base
FROM ${BASE}
COPY --from=build /src/target/release/app /app
ENTRYPOINT ["/app"]
