ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN set -ex; \
	apk add --no-cache \
		gnupg \
# https://www.postgresql.org/docs/current/app-psql.html
		less \
		libpq-dev
CMD ["node", "server.js"]
