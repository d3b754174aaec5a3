ARG BASE=base
FROM gcr.io/distroless/nodejs22-debian12 AS base
FROM ${BASE}
COPY docker-entrypoint.sh /
ENTRYPOINT ["/docker-entrypoint.sh"]
CMD ["node", "server.js"]
