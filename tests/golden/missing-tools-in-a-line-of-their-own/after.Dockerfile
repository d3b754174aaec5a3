arg BASE=base
from node:22-slim as base
from ${BASE}
run apt-get update && apt-get install -y --no-install-recommends ca-certificates curl && rm -rf /var/lib/apt/lists/*
workdir /app
run curl -fsSL https://example.org/x | sh
run apt-get update && apt-get install -y less
copy . .
cmd ["node", "server.js"]
