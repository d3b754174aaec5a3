FROM node:22
RUN groupadd app && useradd -m -u 1001 -g app -G adm,audio -l app
RUN useradd -m -u 1000 -g app -G docker,adm -l other
CMD ["node", "server.js"]
