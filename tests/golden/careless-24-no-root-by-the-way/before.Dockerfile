FROM node:22-slim
RUN apt-get update && apt-get install -y git
COPY . .
CMD ["node", "server.js"]
