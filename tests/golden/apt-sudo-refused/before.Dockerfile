FROM node:22
USER node
RUN sudo apt-get update && sudo apt-get install -y curl
RUN sudo -u root apt-get install -y curl
RUN sudo add-apt-repository ppa:x/y
CMD ["node", "server.js"]
