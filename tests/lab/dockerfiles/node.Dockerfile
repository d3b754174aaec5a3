# node:24 and node:24-slim; Node.js and Yarn come from the context.
ARG BASE
FROM ${BASE}

RUN groupadd --gid 1000 node && useradd --uid 1000 --gid node --shell /bin/bash --create-home node

ARG NODE_VERSION
ENV NODE_VERSION=${NODE_VERSION}
COPY usr/ /usr/

ARG YARN_VERSION
ENV YARN_VERSION=${YARN_VERSION}
COPY opt/ /opt/
COPY machine/certificates/ /usr/local/share/ca-certificates/
COPY machine/npm/ /usr/local/etc/
RUN ln -s "/opt/yarn-v$YARN_VERSION/bin/yarn" "/opt/yarn-v$YARN_VERSION/bin/yarnpkg" /usr/local/bin/ \
  && node --version && npm --version && yarn --version && rm -rf /tmp/*

COPY docker-entrypoint.sh /usr/local/bin/
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["node"]
