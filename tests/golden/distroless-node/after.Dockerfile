ARG BASE=base
FROM node:22 AS build
WORKDIR /app
COPY . .
RUN npm ci --omit=dev

FROM gcr.io/distroless/nodejs22-debian12 AS base
FROM ${BASE}
ENV PATH=/nodejs/bin:$PATH
WORKDIR /app
COPY --from=build --chown=65532:65532 /app /app
USER 65532:65532
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=3s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3000/health',{redirect:'manual'}).then(r=>process.exit(r.status<400?0:1),()=>process.exit(1))"]
CMD ["server.js"]
