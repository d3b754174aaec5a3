FROM node:22 AS base
WORKDIR /app

FROM base AS build
COPY . .
RUN make dist && gcc -o helper helper.c

FROM base
COPY --from=build /app/dist /app
CMD ["node", "server.js"]
