FROM node:22
RUN apk add --no-cache grep coreutils
RUN grep -P x y && sort --parallel=2 z && date -d yesterday
CMD ["node", "server.js"]
