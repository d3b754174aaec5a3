ARG BASE=base
FROM rust:1.90 AS build
RUN cargo build --release --target x86_64-unknown-linux-musl
FROM gcr.io/distroless/static-debian12 AS base
FROM ${BASE}
COPY --from=build /target/x86_64-unknown-linux-musl/release/app /app
ENTRYPOINT ["/app"]
