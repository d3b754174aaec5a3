ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
USER node
RUN sudo apt-get update && sudo apt-get install -y curl
RUN sudo -u root apt-get install -y curl
RUN sudo add-apt-repository ppa:x/y
CMD ["node", "server.js"]
