ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN apt-get install -y curl | tee log
RUN apt-get install -y -t bookworm-backports golang
RUN apk add --no-cache curl
RUN if [ -f x ]; then apt-get update && apt-get install -y curl; fi
RUN for p in curl git; do apt-get install -y $p; done
RUN apt-get update || true
RUN dpkg -i tool.deb
RUN apt-get update && apt-get install -y ./tool.deb
RUN curl -fsSL https://deb.nodesource.com/setup_22.x | sh - && apt-get install -y nodejs
RUN echo "deb http://example.org stable main" > /etc/apt/sources.list.d/x.list && apt-get update
RUN apt-get update && apt-get install -y no-such-package
RUN apt-get update && apt-get install -y $PACKAGES
RUN apk add --no-cache curl git && apk del --no-network git
RUN apt-get source curl
RUN ["apt-get", "update"]
RUN yum install -y curl
RUN sh -c 'apt-get install -y curl'
RUN cat <<EOF > /x && apt-get update
text
EOF
CMD ["node", "server.js"]
