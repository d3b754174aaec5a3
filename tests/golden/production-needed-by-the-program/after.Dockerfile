ARG BASE=base
FROM node:22 AS build
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
CMD ["node", "-r", "@types/node/register", "server.js"]

FROM gcr.io/distroless/nodejs22-debian12 AS base
FROM ${BASE}
COPY --from=build /app /app
WORKDIR /app
CMD ["-r", "@types/node/register", "server.js"]
