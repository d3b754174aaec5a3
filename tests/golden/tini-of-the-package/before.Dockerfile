FROM node:22
RUN apt-get update && apt-get install -y --no-install-recommends tini && /usr/bin/tini --version
ENTRYPOINT ["/usr/bin/tini", "--"]
CMD ["node", "server.js"]
