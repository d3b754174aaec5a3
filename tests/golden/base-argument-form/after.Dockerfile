ARG BASE=node:22-slim
FROM golang:1.24 AS build
RUN go build -o /tool .

# The service.
FROM ${BASE}
COPY --from=0 /tool /tool
CMD ["node", "server.js"]
