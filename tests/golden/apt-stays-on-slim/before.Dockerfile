FROM node:22
RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
CMD ["node", "server.js"]
