ARG BASE=base
FROM node:22 AS build
WORKDIR /app
COPY package.json yarn.lock ./
RUN yarn --frozen-lockfile
COPY . .
CMD ["node", "server.js"]

FROM build AS production
RUN yarn install --production --frozen-lockfile --ignore-scripts --non-interactive

FROM gcr.io/distroless/nodejs22-debian12 AS base
FROM ${BASE}
COPY --from=production /app /app
WORKDIR /app
CMD ["server.js"]
