ARG BASE_IMAGE=runtime-base
FROM node:22-slim AS runtime-base
FROM ${BASE_IMAGE} AS base
ARG BASE=/srv
ENV HOME_OF=$BASE
FROM base
COPY --from=base /x /x
CMD ["node", "server.js"]
