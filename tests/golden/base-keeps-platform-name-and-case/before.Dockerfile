# The shop.

# Built for one platform.
from --platform=linux/amd64 node:22 as run
copy . .
cmd ["node", "server.js"]
