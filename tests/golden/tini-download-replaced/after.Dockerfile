ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN apk add --no-cache curl
ENV V=v0.19.0
RUN curl -fsSL "https://github.com/krallin/tini/releases/download/${V}/tini-static-amd64" -o /tini && chmod +x /tini
ADD https://github.com/krallin/tini/releases/download/v0.19.0/tini-static /tini2
ENTRYPOINT ["/tini", "--"]
CMD ["node", "server.js"]
