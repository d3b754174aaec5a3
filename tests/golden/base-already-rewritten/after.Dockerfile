ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
CMD ["node", "server.js"]
