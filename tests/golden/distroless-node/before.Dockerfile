FROM node:22 AS build
WORKDIR /app
COPY . .
RUN npm ci --omit=dev

FROM node:22
WORKDIR /app
RUN groupadd -r app && useradd -r -g app app
COPY --from=build --chown=app:app /app /app
USER app
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=3s \
  CMD curl -f http://localhost:3000/health || exit 1
CMD node server.js
