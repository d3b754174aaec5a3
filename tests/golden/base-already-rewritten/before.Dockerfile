ARG BASE=base
FROM node:22-slim AS base
FROM ${BASE}
CMD ["node", "server.js"]
