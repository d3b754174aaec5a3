ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
COPY --chown=33:33 . /app
RUN mkdir /data && chown -R 33 /data && chown root:50 /srv && chown :www-data /x
RUN su www-data -s /bin/sh -c true
USER 33:33
CMD ["node", "server.js"]
