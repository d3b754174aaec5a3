FROM node:22
RUN grep -oP 'v\K.*' VERSION | xargs -d '\n' -n1 echo
RUN find . -name '*.map' -printf '%p\n' -exec sed -z 's/a/b/' {} +
RUN tar --wildcards -xzf a.tgz '*.js' && tar xzf b.tgz --strip-components=1 && date -d yesterday +%F
CMD ["node", "server.js"]
