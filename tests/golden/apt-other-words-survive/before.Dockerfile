FROM node:22
RUN apt-get update && apt-get install -y curl && curl http://example.org/y#frag -o z && tar -xzf z --strip-components=1 -C /opt && echo done
RUN apt-get update && apt-get install -y curl >/dev/null 2>&1 && echo hi
RUN tar --exclude=x -czf a b
CMD ["node", "server.js"]
