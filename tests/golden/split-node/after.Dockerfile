# syntax=docker/dockerfile:1
ARG BASE=base
FROM node:22 AS build
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

FROM gcr.io/distroless/nodejs22-debian12 AS base
FROM ${BASE}
ENV PATH=/nodejs/bin:$PATH
ARG VERSION=1
ENV NODE_ENV=production VERSION=$VERSION
COPY --from=build /app /app
WORKDIR /app
EXPOSE 3000
HEALTHCHECK --interval=5s CMD ["node", "-e", "fetch('http://127.0.0.1:3000/',{redirect:'manual'}).then(r=>process.exit(r.status<400?0:1),()=>process.exit(1))"]
CMD ["server.js"]
