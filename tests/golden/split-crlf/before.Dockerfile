from node:22
workdir /app
copy . .
run npm ci
cmd ["node", "server.js"]