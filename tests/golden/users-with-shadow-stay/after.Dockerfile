FROM node:22-alpine
RUN apk add --no-cache shadow && useradd app
CMD ["node", "server.js"]
