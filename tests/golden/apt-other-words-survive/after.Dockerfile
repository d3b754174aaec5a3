ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN apk add --no-cache curl && curl http://example.org/y#frag -o z && tar -xzf z --strip-components=1 -C /opt && echo done
RUN apk add --no-cache curl >/dev/null 2>&1 && echo hi
RUN tar --exclude=x -czf a b
CMD ["node", "server.js"]
