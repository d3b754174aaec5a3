ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN hg clone https://example.org/x
RUN svn info || true
CMD ["node", "server.js"]
