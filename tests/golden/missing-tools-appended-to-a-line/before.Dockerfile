FROM node:22
RUN apt-get update && apt-get install -y less && rm -rf /var/lib/apt/lists/*
RUN curl -fsSL https://example.org/x.tar.xz | tar -xJ && ps aux
CMD ["node", "server.js"]
