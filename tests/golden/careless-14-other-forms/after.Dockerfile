ARG BASE=base
FROM node:22-alpine AS base
FROM	${BASE}
RUN apk add --no-cache bash
RUN	apk add --no-cache	curl
RUN ["apt-get", "install", "-y", "git"]
RUN ["/bin/bash", "-c", "apt-get update && apt-get install -y git"]
ONBUILD RUN apk add --no-cache make
RUN curl -fsSLO https://example.org/tool.deb && dpkg -i tool.deb
RUN curl -fsSL https://deb.nodesource.com/setup_22.x | bash -
CMD ["node", "server.js"]
