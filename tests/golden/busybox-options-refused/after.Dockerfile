ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN hostname -I > /addresses
CMD ["node", "server.js"]
