FROM node:22 AS base
FROM base AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN a | b
FROM base
RUN env X=1 bash ./setup.sh
COPY --from=build /x /x
CMD ["node", "server.js"]
