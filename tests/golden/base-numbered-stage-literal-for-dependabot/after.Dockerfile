FROM node:22-slim
COPY a /a
FROM alpine:3
COPY --from=0 /a /a
