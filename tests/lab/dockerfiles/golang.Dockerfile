# golang:1.24; Go itself comes from the context.
FROM buildpack-deps:trixie-scm
RUN set -eux; \
    apt-get update; \
    apt-get install -y --no-install-recommends g++ gcc libc6-dev make pkg-config; \
    rm -rf /var/lib/apt/lists/*

ARG GO_VERSION
ENV GOLANG_VERSION=${GO_VERSION}
ENV GOTOOLCHAIN=local
ENV GOPATH=/go
ENV PATH=$GOPATH/bin:/usr/local/go/bin:$PATH
COPY go/ /usr/local/go/
RUN mkdir -p "$GOPATH/src" "$GOPATH/bin" && chmod -R 1777 "$GOPATH" && go version
WORKDIR $GOPATH
