ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
HEALTHCHECK --interval=5s CMD wget -qO- http://127.0.0.1:3000/health | grep -q ok && nc -z 127.0.0.1 22
CMD ["node", "server.js"]
