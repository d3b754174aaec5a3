FROM node:22
RUN set -ex; \
	apt-get update; \
	apt-get install -y --no-install-recommends \
		gnupg \
# https://www.postgresql.org/docs/current/app-psql.html
		less \
		libpq-dev=15.* \
	; \
	rm -rf /var/lib/apt/lists/*
CMD ["node", "server.js"]
