ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN locale-gen de_DE.UTF-8 en_US.UTF-8
RUN localedef -i "$LANG" -f UTF-8 C.UTF-8
RUN locale-gen en_US.UTF-8 || true
RUN dpkg-reconfigure -f noninteractive tzdata
RUN sed -i 's/x/y/' /etc/locale.gen /etc/passwd
RUN locale-gen en_US.UTF-8 > /log
RUN locale-gen
RUN update-alternatives --set editor /usr/bin/vim
CMD ["node", "server.js"]
