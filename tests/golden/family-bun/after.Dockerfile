ARG BASE=base
FROM oven/bun:1.2-alpine AS base
FROM ${BASE}
WORKDIR /app
COPY package.json bun.lock ./
RUN bun install --frozen-lockfile --production
COPY . .
EXPOSE 3000
CMD ["bun", "run", "index.ts"]
