ARG BASE=base
FROM node:22 AS build
COPY . .
RUN npm ci
CMD ["node", "/server.js"]

FROM gcr.io/distroless/nodejs22-debian12 AS base
FROM ${BASE}
COPY --from=build /server.js /server.js
CMD ["/server.js"]
