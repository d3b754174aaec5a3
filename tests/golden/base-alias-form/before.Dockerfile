# syntax=docker/dockerfile:1
FROM node:22
WORKDIR /app
COPY . .
CMD ["node", "server.js"]
