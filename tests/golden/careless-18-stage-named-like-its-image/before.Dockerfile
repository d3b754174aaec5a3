FROM node:22 AS node
WORKDIR /app
COPY . .

FROM node
CMD ["node", "server.js"]
