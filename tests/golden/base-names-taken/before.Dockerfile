FROM node:22 AS base
ARG BASE=/srv
ENV HOME_OF=$BASE
FROM base
COPY --from=base /x /x
CMD ["node", "server.js"]
