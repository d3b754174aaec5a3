ARG BASE=base
FROM node:22 AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN npm ci
RUN useradd -m app
WORKDIR /home/app
COPY . .
RUN ["/app/tool", "--version"]
USER $SOMEONE
HEALTHCHECK CMD test -f /ready && curl -f http://localhost:3000/
CMD npm start

FROM gcr.io/distroless/nodejs22-debian12 AS base
FROM ${BASE}
COPY --from=build /home/app /home/app
WORKDIR /home/app
USER $SOMEONE
HEALTHCHECK CMD test -f /ready && curl -f http://localhost:3000/
CMD npm start
