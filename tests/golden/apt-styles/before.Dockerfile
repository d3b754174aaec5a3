FROM node:22
ENV DEBIAN_FRONTEND=noninteractive
RUN export DEBIAN_FRONTEND=noninteractive && apt-get -y -qq update && apt-get upgrade -qqy && apt-get -qq -o=Dpkg::Use-Pty=0 install -y --no-install-recommends curl
RUN apt update; apt -y full-upgrade; apt install git --yes -o APT::Install-Suggests=0; apt autoremove -y; apt clean
RUN DEBIAN_FRONTEND=noninteractive TZ=Etc/UTC apt-get install -yq \
    build-essential \
    # for the database
    libssl3 \
    libpq-dev=15.6-0+deb12u1 && \
    rm -rf /var/lib/apt/lists/* /var/cache/apt/archives && \
    echo built
RUN apt-get update
WORKDIR /app
RUN npm ci \
 && apt-get clean && rm -rf /var/lib/apt/lists/* \
 && npm cache clean --force
CMD ["node", "server.js"]
