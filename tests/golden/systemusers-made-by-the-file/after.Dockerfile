ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN adduser --uid 33 --disabled-password --gecos "" --ingroup www-data www-data
COPY --chown=www-data:www-data . /app
USER www-data
CMD ["node", "server.js"]
