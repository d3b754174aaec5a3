# syntax=docker/dockerfile:1
from node:22
env ROOT=/srv
workdir $ROOT/app
copy package.json package-lock.json ./
run npm install --legacy-peer-deps --no-fund
copy . .
run chown -R node:node .
user node
workdir $ROOT
cmd ["node", "app/server.js"]
