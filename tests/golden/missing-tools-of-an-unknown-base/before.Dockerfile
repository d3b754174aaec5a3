FROM registry.example.org/node:22
RUN curl https://example.org
CMD ["node", "server.js"]
