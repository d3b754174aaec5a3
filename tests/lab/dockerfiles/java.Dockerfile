# eclipse-temurin:21-jdk and -jre; Java itself comes from the context.
FROM debian:trixie AS lists
ARG LISTS
RUN apt-get update

FROM debian:trixie-slim
ENV JAVA_HOME=/opt/java/openjdk
ENV PATH=$JAVA_HOME/bin:$PATH
ENV LANG=en_US.UTF-8 LANGUAGE=en_US:en LC_ALL=en_US.UTF-8
RUN --mount=from=lists,source=/var/lib/apt/lists,target=/var/lib/apt/lists,rw \
    set -eux; \
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      ca-certificates curl fontconfig locales p11-kit tzdata wget; \
    echo "en_US.UTF-8 UTF-8" >> /etc/locale.gen; locale-gen en_US.UTF-8
ARG JAVA_VERSION
ENV JAVA_VERSION=${JAVA_VERSION}
COPY openjdk/ /opt/java/openjdk/
RUN --mount=type=bind,source=cacerts,target=/cacerts set -eux; \
    cp --remove-destination /cacerts "$JAVA_HOME/lib/security/cacerts"; \
    find "$JAVA_HOME/lib" -name '*.so' -exec dirname '{}' ';' | sort -u > /etc/ld.so.conf.d/docker-openjdk.conf; \
    ldconfig; java -Xshare:dump; java --version
COPY --chmod=755 <<'END' /__cacert_entrypoint.sh
#!/usr/bin/env bash
# Starts the command; upstream's script also adds authorities, when USE_SYSTEM_CA_CERTS asks for it.
set -e
exec "$@"
END
ENTRYPOINT ["/__cacert_entrypoint.sh"]
