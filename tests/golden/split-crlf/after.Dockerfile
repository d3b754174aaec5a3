arg BASE=base
from node:22 as build
workdir /app
copy . .
run npm ci
cmd ["node", "server.js"]

from gcr.io/distroless/nodejs22-debian12 as base
from ${BASE}
copy --from=build /app /app
workdir /app
cmd ["server.js"]
