FROM node:22
HEALTHCHECK --interval=5s CMD wget -qO- http://localhost:3000/health | grep -q ok && nc -z localhost 22
CMD ["node", "server.js"]
