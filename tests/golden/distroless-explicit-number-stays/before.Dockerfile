FROM node:22
RUN groupadd -g 1100 app && useradd -u 1001 -g app app
COPY --chown=app . /app
USER app:app
CMD ["node", "/app/server.js"]
