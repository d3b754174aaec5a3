ARG BASE=runtime-base
FROM node:22-slim AS runtime-base
FROM ${BASE} AS base
WORKDIR /app

FROM base AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev make && rm -rf /var/lib/apt/lists/*
COPY . .
RUN make dist && gcc -o helper helper.c

FROM base
COPY --from=build /app/dist /app
CMD ["node", "server.js"]
