ARG BASE=base
FROM node:22-slim AS base
FROM ${BASE}
HEALTHCHECK --retries=3 CMD ["node", "-e", "fetch('http://127.0.0.1:3000/').then(r=>process.exit(r.status<400?0:1),()=>process.exit(1))"]
CMD ["node", "server.js"]
