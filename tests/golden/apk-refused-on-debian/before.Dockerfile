FROM node:22-alpine
RUN apk add --no-cache curl
CMD ["node", "server.js"]
