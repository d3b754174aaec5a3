ARG BASE=base
FROM node:22-slim AS base
FROM ${BASE}
ENTRYPOINT ["/run"]
CMD node a.js && node b.js
