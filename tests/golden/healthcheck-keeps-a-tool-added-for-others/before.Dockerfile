FROM node:22
RUN curl -o /x http://example.org/x
HEALTHCHECK CMD curl -f http://127.0.0.1:3000/ || exit 1
CMD ["node", "server.js"]
