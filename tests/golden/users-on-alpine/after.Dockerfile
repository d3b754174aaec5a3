ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN delgroup ping && addgroup --system --gid 999 app && adduser --disabled-password --system --no-create-home --uid 999 --home /srv --shell /sbin/nologin --ingroup app app
RUN addgroup worker && adduser --disabled-password --gecos 'The Worker' --shell /bin/sh --ingroup worker worker && adduser worker audio && adduser worker app
RUN addgroup --system daemon2 && adduser --disabled-password --system --no-create-home --shell /bin/sh --ingroup daemon2 daemon2
RUN adduser --disabled-password --gecos '' --no-create-home --shell /bin/sh --ingroup users plain && addgroup --system sudo && adduser plain app && adduser plain sudo
RUN addgroup other && adduser --disabled-password --gecos '' --no-create-home --shell /bin/sh --ingroup other other && adduser other sudo
RUN addgroup --system web && adduser --disabled-password --system --ingroup web web
COPY --chown=app:app . .
USER app
CMD ["node", "server.js"]
