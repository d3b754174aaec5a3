ARG BASE=base
FROM registry.example.org/alpine:nonroot AS base
FROM ${BASE}
RUN apt-get update && apt-get install -y git
COPY . .
CMD ["node", "server.js"]
