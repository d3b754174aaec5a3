FROM node:22
USER postgres
COPY --chown=node:staff . /app
CMD ["node", "server.js"]
