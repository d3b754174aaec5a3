# syntax=docker/dockerfile:1
FROM node:22
ARG NPM_TOKEN
ARG VERSION=1
ENV NODE_ENV=production VERSION=$VERSION
WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev
COPY . .
EXPOSE 3000
HEALTHCHECK --interval=5s CMD curl -f http://localhost:3000/ || exit 1
CMD ["node", "server.js"]
