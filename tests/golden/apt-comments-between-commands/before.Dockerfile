FROM node:22
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt --network=default \
    apt-get update && \
    # what the reports need
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      software-properties-common \
      # fonts
      curl \
      build-essential \
 && apt-get clean \
 # leave nothing behind
 && rm -rf /var/lib/apt/lists/* /tmp/*
CMD ["node", "server.js"]
