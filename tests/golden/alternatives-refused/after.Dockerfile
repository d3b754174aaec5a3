ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN apk add --no-cache gcc
RUN update-alternatives --install /usr/bin/gcc gcc /usr/bin/gcc-12 60 --slave /usr/bin/g++ g++ /usr/bin/g++-12
RUN update-alternatives --install /usr/bin/cc cc /usr/bin/gcc-12 60
RUN update-alternatives --set shell /usr/bin/bash
RUN update-alternatives --config editor
RUN update-alternatives --install /usr/bin/awk awk "$AWK" 1
RUN update-alternatives --install /usr/bin/py py /opt/py3/bin/py 1 && update-alternatives --install /usr/bin/py py /opt/py2/bin/py 2
RUN update-alternatives --install /usr/bin/x x /opt/x 1 || true
RUN update-alternatives --install /etc/x/link y /opt/y 1
RUN update-alternatives --set z /usr/bin/z
RUN update-alternatives > /log --set w /opt/w
RUN update-alternatives \
      # which one
      --set v /opt/v
CMD ["node", "server.js"]
