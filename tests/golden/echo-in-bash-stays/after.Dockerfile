ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN apk add --no-cache bash
SHELL ["/bin/bash", "-c"]
RUN echo "a\nb" > /x
CMD ["node", "server.js"]
