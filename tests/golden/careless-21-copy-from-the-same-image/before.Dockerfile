FROM node:22-slim
COPY --from=node:22 /usr/local/bin/node /usr/local/bin/node2
COPY --from=node:22-alpine /x /x
CMD ["node2", "server.js"]
