FROM node:22
ENV LANG=de_DE.UTF-8 LC_TIME=C.UTF-8
ENV LD_LIBRARY_PATH=/usr/lib/x86_64-linux-gnu:/opt/lib
RUN echo /opt/lib > /etc/ld.so.conf.d/opt.conf && ldconfig
CMD ["node", "server.js"]
