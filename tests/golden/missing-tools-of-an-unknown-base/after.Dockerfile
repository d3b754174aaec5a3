ARG BASE=base
FROM node:22-slim AS base
FROM ${BASE}
RUN curl https://example.org
CMD ["node", "server.js"]
