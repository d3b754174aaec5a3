ARG BASE=base
FROM gcr.io/distroless/nodejs22-debian12 AS base
FROM ${BASE}
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN npm ci
RUN useradd -m app
WORKDIR /home/app
COPY . .
RUN ["/app/tool", "--version"]
USER $SOMEONE
HEALTHCHECK CMD test -f /ready && curl -f http://localhost:3000/
CMD npm start
