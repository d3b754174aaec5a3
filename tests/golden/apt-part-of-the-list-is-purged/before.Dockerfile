FROM node:22
RUN set -eux; \
    buildDeps=' \
        gcc \
        libncurses-dev \
        make \
    '; \
    apt-get update; \
    apt-get install -y --no-install-recommends $buildDeps ca-certificates libpq5; \
    rm -rf /var/lib/apt/lists/*; \
    make -C /src install; \
    apt-get purge -y --auto-remove $buildDeps
RUN apt-get update && apt-get install -y wget=1.21* git && wget http://example.org/x && apt-get remove -y wget && apt-get autoremove -y
RUN apt-get purge -y python3
RUN apt-get update && apt-get install -y libncurses5-dev libncurses-dev && apt-get purge -y libncurses5-dev
RUN apt-get autoremove -y git
CMD ["node", "server.js"]
