ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
HEALTHCHECK CMD ["sh", "-c", "wget -q --spider http://127.0.0.1:${PORT}/ || exit 1"]
CMD ["node", "server.js"]
