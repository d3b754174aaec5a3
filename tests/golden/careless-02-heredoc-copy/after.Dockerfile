# syntax=docker/dockerfile:1
ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
COPY <<EOF /example.Dockerfile
FROM debian:12
RUN apt-get update && apt-get install -y curl
USER root
EOF
COPY <<'A' <<'B' /docs/
RUN apt-get install -y git
A
apt-get purge -y git
B
CMD ["node", "server.js"]
