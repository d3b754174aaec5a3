FROM node:22-slim
RUN hostname -I > /addresses
CMD ["node", "server.js"]
