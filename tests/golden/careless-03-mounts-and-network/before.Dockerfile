# syntax=docker/dockerfile:1
FROM node:22
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    --mount=type=secret,id=token,target=/run/token \
    apt-get update && apt-get install -y gcc
RUN --network=none --mount=type=cache,id=apt-/var/lib/apt,target=/var/lib/apt/lists apt-get install -y make && make -C /src
CMD ["node", "server.js"]
