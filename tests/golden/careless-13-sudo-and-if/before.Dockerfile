FROM node:22
RUN sudo apt-get update && sudo -E DEBIAN_FRONTEND=noninteractive apt-get install -y curl && sudo rm -rf /var/lib/apt/lists/*
RUN if [ "$DEBUG" = 1 ]; then apt-get update && apt-get install -y vim-tiny; fi
CMD ["node", "server.js"]
