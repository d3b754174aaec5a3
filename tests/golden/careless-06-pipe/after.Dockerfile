ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN apt-get install -y curl | tee x
RUN yes | apt-get install -y git
CMD ["node", "server.js"]
