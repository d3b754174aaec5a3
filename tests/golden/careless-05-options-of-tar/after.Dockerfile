ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN apk add --no-cache curl && tar -xzf f --strip-components=1 -C /opt && tar --exclude=x -czf a b
RUN tar -xzf f --strip-components=1 -C /opt
RUN tar --exclude=x -czf a b
CMD ["node", "server.js"]
