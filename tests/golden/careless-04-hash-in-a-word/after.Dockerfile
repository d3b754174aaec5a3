ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN apk add --no-cache curl && curl http://example.org/y#frag -o z && echo done
CMD ["node", "server.js"]
