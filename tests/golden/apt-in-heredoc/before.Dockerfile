# syntax=docker/dockerfile:1
FROM node:22
RUN <<EOF
apt-get update
# the tools
apt-get install -y --no-install-recommends \
  curl git
# clean up
rm -rf /var/lib/apt/lists/*
EOF
COPY <<EOT /etc/motd
FROM debian:12
RUN apt-get install curl
USER root
EOT
CMD ["node", "server.js"]
