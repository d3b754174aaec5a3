FROM node:22
RUN wget -O /tini https://github.com/krallin/tini/releases/download/v0.19.0/tini && echo "93dc x" | sha256sum -c
ENTRYPOINT ["/tini", "--"]
CMD ["node", "server.js"]
