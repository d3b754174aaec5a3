FROM node:22
RUN apt-get update >/dev/null && apt-get install -y curl >/dev/null 2>&1 && echo hi
RUN apt-get -qq update && apt-get install -qq -y curl git > /tmp/log 2>&1; cat /tmp/log >&2
RUN apt-get > /tmp/log install -y make
CMD ["node", "server.js"]
