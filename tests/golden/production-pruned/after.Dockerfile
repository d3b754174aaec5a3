ARG BASE=base
FROM node:22 AS build
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
CMD ["node", "server.js"]

FROM build AS production
RUN npm prune --omit=dev --ignore-scripts --no-audit

FROM gcr.io/distroless/nodejs22-debian12 AS base
FROM ${BASE}
COPY --from=production /app /app
WORKDIR /app
CMD ["server.js"]
