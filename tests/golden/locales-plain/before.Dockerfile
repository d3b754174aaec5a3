FROM node:22
RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/* \
    && localedef -i en_US -c -f UTF-8 -A /usr/share/locale/locale.alias en_US.UTF-8
RUN sed -i -e 's/# en_US.UTF-8 UTF-8/en_US.UTF-8 UTF-8/' /etc/locale.gen && \
    # all of them
    dpkg-reconfigure --frontend=noninteractive locales && \
    update-locale LANG=en_US.UTF-8
RUN echo "C.UTF-8 UTF-8" > /etc/locale.gen; locale-gen >/dev/null 2>&1; echo ready
RUN locale-gen en_US.UTF-8
ENV LANG=en_US.UTF-8
CMD ["node", "server.js"]
