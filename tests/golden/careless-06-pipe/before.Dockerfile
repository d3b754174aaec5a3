FROM node:22
RUN apt-get install -y curl | tee x
RUN yes | apt-get install -y git
CMD ["node", "server.js"]
