FROM node:22
HEALTHCHECK CMD curl -fsS http://localhost:3000/health | grep -q ok
CMD ["node", "server.js"]
