# syntax=docker/dockerfile:1
FROM node:22
RUN <<EOF
set -e
apt-get update
apt-get install -y --no-install-recommends gcc make
rm -rf /var/lib/apt/lists/*
EOF
RUN <<-'SETUP'
	apt-get update && apt-get install -y curl
	echo "apt is a package manager" > /about
SETUP
CMD ["node", "server.js"]
