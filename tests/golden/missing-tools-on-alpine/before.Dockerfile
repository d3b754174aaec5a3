FROM node:22
WORKDIR /app
COPY . .
RUN git rev-parse HEAD > REVISION && make && ps -ef && wget -qO- https://example.org
ENV TZ=Europe/Berlin
CMD ["node", "server.js"]
