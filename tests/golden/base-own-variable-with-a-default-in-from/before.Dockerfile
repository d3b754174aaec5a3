ARG BASE
FROM ${BASE:-node:22} AS app
CMD ["node", "server.js"]
