FROM rust:1.90 AS build
RUN cargo build --release --target x86_64-unknown-linux-musl
FROM debian:12
COPY --from=build /target/x86_64-unknown-linux-musl/release/app /app
ENTRYPOINT ["/app"]
