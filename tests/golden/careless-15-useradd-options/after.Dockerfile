ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN addgroup app && adduser --disabled-password --gecos '' --uid 1001 --shell /bin/sh --ingroup app app && adduser app adm && adduser app audio
RUN useradd -m -u 1000 -g app -G docker,adm -l other
CMD ["node", "server.js"]
