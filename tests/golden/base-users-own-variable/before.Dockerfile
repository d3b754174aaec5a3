ARG NODE_IMAGE="node:22"
FROM ${NODE_IMAGE} AS run
CMD ["node", "server.js"]
