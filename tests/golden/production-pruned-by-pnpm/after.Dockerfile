ARG BASE=base
FROM node:22 AS build
WORKDIR /app
COPY package.json pnpm-lock.yaml ./
RUN corepack enable && pnpm install --frozen-lockfile
COPY . .
CMD ["node", "server.js"]

FROM build AS production
RUN pnpm prune --prod --ignore-scripts

FROM gcr.io/distroless/nodejs22-debian12 AS base
FROM ${BASE}
COPY --from=production /app /app
WORKDIR /app
CMD ["server.js"]
