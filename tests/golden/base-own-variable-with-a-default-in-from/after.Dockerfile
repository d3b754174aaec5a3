ARG BASE
FROM ${BASE:-node:22-slim} AS app
CMD ["node", "server.js"]
