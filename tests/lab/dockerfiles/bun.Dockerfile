# oven/bun:1, -slim and -alpine; the program comes from the context.
ARG BASE
FROM ${BASE} AS bun
ENV BUN_RUNTIME_TRANSPILER_CACHE_PATH=0
ENV BUN_INSTALL_BIN=/usr/local/bin
COPY docker-entrypoint.sh /usr/local/bin/
COPY machine/certificates/ /usr/local/share/ca-certificates/
COPY usr/ /usr/
RUN mkdir /usr/local/bun-node-fallback-bin && ln -s /usr/local/bin/bun /usr/local/bun-node-fallback-bin/node \
  && ln -s /usr/local/bin/bun /usr/local/bin/bunx
ENV PATH=${PATH}:/usr/local/bun-node-fallback-bin
WORKDIR /home/bun/app
ENTRYPOINT ["/usr/local/bin/docker-entrypoint.sh"]
CMD ["/usr/local/bin/bun"]

FROM bun AS glibc
RUN groupadd --gid 1000 bun && useradd --uid 1000 --gid bun --shell /bin/sh --create-home bun && bun --version

FROM bun AS musl
RUN addgroup -g 1000 bun && adduser -u 1000 -G bun -s /bin/sh -D bun && apk add --no-cache libgcc libstdc++ \
  && bun --version
