ARG BASE=base
FROM rust:1.90-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release
CMD ["/src/target/release/server"]

FROM gcr.io/distroless/cc-debian13:nonroot AS base
FROM ${BASE}
COPY --from=build /src /src
WORKDIR /src
CMD ["/src/target/release/server"]
