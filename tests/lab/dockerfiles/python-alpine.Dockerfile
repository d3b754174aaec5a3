# python:3.13-alpine; Python itself comes from the context, compiled before.
FROM alpine:3.23
ENV PATH=/usr/local/bin:$PATH
COPY machine/certificates/ /usr/local/share/ca-certificates/
RUN apk add --no-cache ca-certificates tzdata && update-ca-certificates
ENV GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305
ARG PYTHON_VERSION
ENV PYTHON_VERSION=${PYTHON_VERSION}
COPY usr/ /usr/
COPY machine/pip/ /etc/
RUN --mount=type=bind,source=packages,target=/packages set -eux; \
    xargs apk add --no-cache --virtual .python-rundeps < /packages; \
    export PYTHONDONTWRITEBYTECODE=1; python3 --version; pip3 --version
RUN set -eux; \
    for name in idle pip pydoc python; do ln -sT "${name}3" "/usr/local/bin/$name"; done; \
    ln -sT python3-config /usr/local/bin/python-config
CMD ["python3"]
