# syntax=docker/dockerfile:1
FROM node:22
COPY <<EOF /example.Dockerfile
FROM debian:12
RUN apt-get update && apt-get install -y curl
USER root
EOF
COPY <<'A' <<'B' /docs/
RUN apt-get install -y git
A
apt-get purge -y git
B
CMD ["node", "server.js"]
