FROM node:22
HEALTHCHECK CMD ["sh", "-c", "curl -f http://localhost:${PORT}/ || exit 1"]
CMD ["node", "server.js"]
