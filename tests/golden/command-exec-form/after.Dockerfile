ARG BASE=base
FROM node:22-slim AS base
FROM ${BASE}
ENTRYPOINT ["node", "my server.js", "--port=8080"]
