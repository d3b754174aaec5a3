FROM docker.io/library/node:22-slim
RUN apt-get update && apt-get install -y curl
CMD ["node", "server.js"]
