# python:3.13 and python:3.13-slim; Python itself comes from the context, compiled before.
FROM debian:trixie AS lists
ARG LISTS
RUN apt-get update

FROM buildpack-deps:trixie AS full
ENV PATH=/usr/local/bin:$PATH
RUN --mount=from=lists,source=/var/lib/apt/lists,target=/var/lib/apt/lists,rw \
    apt-get install -y --no-install-recommends libbluetooth-dev tk-dev uuid-dev
ENV GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305
ARG PYTHON_VERSION
ENV PYTHON_VERSION=${PYTHON_VERSION}
COPY usr/ /usr/
COPY machine/pip/ /etc/
RUN ldconfig && export PYTHONDONTWRITEBYTECODE=1 && python3 --version && pip3 --version
RUN set -eux; \
    for name in idle pip pydoc python; do ln -sT "${name}3" "/usr/local/bin/$name"; done; \
    ln -sT python3-config /usr/local/bin/python-config
CMD ["python3"]

FROM debian:trixie-slim AS slim
ENV PATH=/usr/local/bin:$PATH
COPY machine/certificates/ /usr/local/share/ca-certificates/
RUN --mount=from=lists,source=/var/lib/apt/lists,target=/var/lib/apt/lists,rw \
    apt-get install -y --no-install-recommends ca-certificates netbase tzdata
ENV GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305
ARG PYTHON_VERSION
ENV PYTHON_VERSION=${PYTHON_VERSION}
COPY usr/ /usr/
COPY machine/pip/ /etc/
RUN --mount=from=lists,source=/var/lib/apt/lists,target=/var/lib/apt/lists,rw \
    --mount=type=bind,source=packages,target=/packages set -eux; \
    xargs apt-get install -y --no-install-recommends < /packages; \
    ldconfig; export PYTHONDONTWRITEBYTECODE=1; python3 --version; pip3 --version
RUN set -eux; \
    for name in idle pip pydoc python; do ln -sT "${name}3" "/usr/local/bin/$name"; done; \
    ln -sT python3-config /usr/local/bin/python-config
CMD ["python3"]
