FROM node:22
RUN apt-get install -y lib{ncurses,ncurses5}-dev
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN apt-get update && apt-get install -y lib{ncurses,ssl}3 git
RUN apt-get update && apt-get install -y lib{ncurses,ncurses5}-dev {curl,wget} git && apt-get clean
CMD ["node", "server.js"]
