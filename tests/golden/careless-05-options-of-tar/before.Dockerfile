FROM node:22
RUN apt-get update && apt-get install -y curl && tar -xzf f --strip-components=1 -C /opt && tar --exclude=x -czf a b
RUN tar -xzf f --strip-components=1 -C /opt
RUN tar --exclude=x -czf a b
CMD ["node", "server.js"]
