# syntax=docker/dockerfile:1
ARG BASE=base
FROM node:22-slim AS base
FROM ${BASE}
WORKDIR /app
COPY . .
CMD ["node", "server.js"]
