# The shop.

arg BASE=base
# Built for one platform.
from --platform=linux/amd64 node:22-slim as base
from --platform=linux/amd64 ${BASE} as run
copy . .
cmd ["node", "server.js"]
