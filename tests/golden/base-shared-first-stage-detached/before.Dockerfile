FROM node:22 AS base

FROM base AS build
WORKDIR /app
COPY . .
RUN npm ci

FROM base
WORKDIR /app
COPY --from=build /app /app
CMD ["node", "server.js"]
