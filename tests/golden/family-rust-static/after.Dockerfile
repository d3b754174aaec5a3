ARG BASE=base
FROM rust:1.90-alpine AS build
WORKDIR /src
COPY . .
RUN cargo build --release

FROM scratch AS base
FROM ${BASE}
COPY --from=build /src/target/release/server /usr/local/bin/server
ENTRYPOINT ["/usr/local/bin/server"]
