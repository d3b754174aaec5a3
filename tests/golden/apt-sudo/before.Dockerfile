FROM node:22
RUN apt-get update && apt-get install -y sudo
USER node
RUN sudo apt-get update && sudo apt-get install -y --no-install-recommends \
      curl \
      git \
 && sudo rm -rf /var/lib/apt/lists/*
USER 0:0
RUN sudo apt install -y less
CMD ["node", "server.js"]
