ARG BASE=base
FROM node:22-slim AS base
FROM ${BASE}
RUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*
