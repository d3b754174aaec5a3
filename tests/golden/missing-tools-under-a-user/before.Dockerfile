FROM node:22 AS base
USER node
FROM base
RUN git clone https://example.org/x
CMD ["node", "server.js"]
