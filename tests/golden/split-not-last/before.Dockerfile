FROM node:22 AS prod
WORKDIR /app
COPY . .
RUN npm ci
CMD ["node", "server.js"]

FROM prod AS test
RUN npm test
