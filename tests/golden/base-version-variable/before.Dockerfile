ARG NODE_VERSION=22

FROM node:${NODE_VERSION} AS deps
COPY package.json .

FROM node:${NODE_VERSION}
COPY --from=deps /package.json .
CMD ["node", "server.js"]
