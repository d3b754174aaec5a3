FROM node:22 AS deps
WORKDIR /app
COPY . .
RUN npm ci

FROM node:22 AS prod
WORKDIR /app
RUN mkdir -p /app/data
COPY --from=deps --chown=node:node /app /app
USER node
CMD ["node", "server.js"]