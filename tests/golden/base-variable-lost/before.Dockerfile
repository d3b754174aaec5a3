ARG SUITE=bookworm
FROM node:22-${SUITE}
CMD ["node", "server.js"]
