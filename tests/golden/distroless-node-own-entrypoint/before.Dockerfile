FROM node:22
COPY --chown=node:node . /app
USER node
ENTRYPOINT ["/usr/local/bin/node"]
CMD ["/app/server.js"]
