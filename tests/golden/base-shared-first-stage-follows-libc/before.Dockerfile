FROM node:22 AS base

FROM base AS build
RUN apt-get update && apt-get install -y python3 make g++ && rm -rf /var/lib/apt/lists/*
RUN npm ci

FROM base
COPY --from=build /app /app
CMD ["node", "server.js"]
