FROM node:22
RUN useradd -m -u 1001 -g app -G sudo,adm -l app
RUN useradd -k /etc/skel app2
RUN useradd app3 || true
RUN usermod -l new old
RUN useradd "$NAME"
CMD ["node", "server.js"]
