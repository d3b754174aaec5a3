# node:24-alpine; Node.js and Yarn come from the context.
ARG BASE
FROM ${BASE}

ARG NODE_VERSION
ENV NODE_VERSION=${NODE_VERSION}
RUN addgroup -g 1000 node && adduser -u 1000 -G node -s /bin/sh -D node && apk add --no-cache libstdc++
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
