ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
HEALTHCHECK CMD wget -q --spider http://127.0.0.1:3000/ || exit 1
CMD ["node", "server.js"]
