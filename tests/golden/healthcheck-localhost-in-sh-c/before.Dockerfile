FROM node:22
HEALTHCHECK CMD ["sh", "-c", "wget -q --spider http://localhost:${PORT}/ || exit 1"]
CMD ["node", "server.js"]
