# buildpack-deps:SUITE-curl, -scm and SUITE, with upstream's package lists. Each target is an image.
ARG SUITE

FROM debian:${SUITE} AS lists
ARG LISTS
RUN apt-get update

FROM debian:${SUITE} AS curl
RUN --mount=from=lists,source=/var/lib/apt/lists,target=/var/lib/apt/lists,rw \
    apt-get install -y --no-install-recommends ca-certificates curl gnupg netbase sq wget
COPY machine/certificates/ /usr/local/share/ca-certificates/
RUN update-ca-certificates

FROM curl AS scm
RUN --mount=from=lists,source=/var/lib/apt/lists,target=/var/lib/apt/lists,rw \
    apt-get install -y --no-install-recommends git mercurial openssh-client subversion procps

FROM scm AS full
RUN --mount=from=lists,source=/var/lib/apt/lists,target=/var/lib/apt/lists,rw \
    apt-get install -y --no-install-recommends \
        autoconf automake bzip2 default-libmysqlclient-dev dpkg-dev file g++ gcc imagemagick \
        libbz2-dev libc6-dev libcurl4-openssl-dev libdb-dev libevent-dev libffi-dev libgdbm-dev \
        libglib2.0-dev libgmp-dev libjpeg-dev libkrb5-dev liblzma-dev libmagickcore-dev \
        libmagickwand-dev libmaxminddb-dev libncurses5-dev libncursesw5-dev libpng-dev libpq-dev \
        libreadline-dev libsqlite3-dev libssl-dev libtool libwebp-dev libxml2-dev libxslt-dev \
        libyaml-dev make patch unzip xz-utils zlib1g-dev
