FROM node:22
RUN hg clone https://example.org/x
RUN svn info || true
CMD ["node", "server.js"]
