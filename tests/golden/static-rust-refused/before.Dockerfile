FROM rust:1.90 AS build
WORKDIR /src
COPY . .
RUN cargo build --release
FROM debian:12
COPY --from=build /src/target/release/app /app
ENTRYPOINT ["/app"]
