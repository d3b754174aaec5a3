FROM node:22
RUN apt-get update && apt-get install -y curl && curl http://example.org/y#frag -o z && echo done
CMD ["node", "server.js"]
