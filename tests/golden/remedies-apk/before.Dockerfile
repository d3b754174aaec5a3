FROM node:22
USER node
CMD ["node", "server.js"]
