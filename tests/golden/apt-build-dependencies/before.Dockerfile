FROM node:22
RUN buildDeps='gcc make libpq-dev' \
 && apt-get update && apt-get install -y $buildDeps \
 && make \
 && apt-get purge -y --auto-remove $buildDeps
RUN apt-get update && apt-get install -y gcc && make && apt-get purge -y --auto-remove gcc && apt-get autoremove -y; echo done
RUN apt-get update
ONBUILD RUN apt-get update && apt-get install -y curl
RUN apt-get update && apt-get upgrade -y && apt-get install -y software-properties-common
CMD ["node", "server.js"]
