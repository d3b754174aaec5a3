FROM golang:1.24 AS build
RUN go build -o /tool .

# The service.
FROM node:22
COPY --from=0 /tool /tool
CMD ["node", "server.js"]
