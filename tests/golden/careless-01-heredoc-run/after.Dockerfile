# syntax=docker/dockerfile:1
ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN <<EOF
set -e
apk add --no-cache gcc make
EOF
RUN <<-'SETUP'
	apk add --no-cache curl
	echo "apt is a package manager" > /about
SETUP
CMD ["node", "server.js"]
