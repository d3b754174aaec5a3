# golang:1.24; Go itself comes from the context.
FROM debian:trixie AS lists
ARG LISTS
RUN apt-get update

FROM buildpack-deps:trixie-scm
RUN --mount=from=lists,source=/var/lib/apt/lists,target=/var/lib/apt/lists,rw \
    apt-get install -y --no-install-recommends g++ gcc libc6-dev make pkg-config

ARG GO_VERSION
ENV GOLANG_VERSION=${GO_VERSION}
ENV GOTOOLCHAIN=local
ENV GOPATH=/go
ENV PATH=$GOPATH/bin:/usr/local/go/bin:$PATH
COPY go/ /usr/local/go/
RUN mkdir -p "$GOPATH/src" "$GOPATH/bin" && chmod -R 1777 "$GOPATH" && go version
WORKDIR $GOPATH
