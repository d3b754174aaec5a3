FROM node:22
HEALTHCHECK CMD wget -q --spider http://localhost:3000/ || exit 1
CMD ["node", "server.js"]
