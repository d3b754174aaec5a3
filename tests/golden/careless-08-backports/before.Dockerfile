FROM node:22
RUN apt-get update && apt-get install -y -t bookworm-backports git
RUN apt-get update && apt-get install -y --target-release=bookworm-backports git
RUN apt-get update && apt-get install -y git/bookworm-backports
CMD ["node", "server.js"]
