ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
SHELL ["/bin/bash", "-c"]
RUN echo hi
CMD ["node", "server.js"]
