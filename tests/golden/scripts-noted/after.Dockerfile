ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
COPY entrypoint.sh setup.sh /
RUN sh /setup.sh && /setup.sh
ENTRYPOINT ["/entrypoint.sh"]
CMD ["node", "server.js"]
