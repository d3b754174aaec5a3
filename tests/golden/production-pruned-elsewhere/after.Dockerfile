# syntax=docker/dockerfile:1
arg BASE=base
from node:22 as build
env ROOT=/srv
workdir $ROOT/app
copy package.json package-lock.json ./
run npm install --legacy-peer-deps --no-fund
copy . .
run chown -R node:node .
user node
workdir $ROOT
cmd ["node", "app/server.js"]

from build as production
user root
workdir /srv/app
run npm prune --omit=dev --ignore-scripts --no-audit --legacy-peer-deps

from gcr.io/distroless/nodejs22-debian12 as base
from ${BASE}
env ROOT=/srv
copy --from=production --chown=1000:1000 /srv/app /srv/app
workdir $ROOT/app
workdir $ROOT
user 1000:1000
cmd ["app/server.js"]
