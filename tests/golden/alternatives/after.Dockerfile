ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN apk add --no-cache python3 vim \
  && ln -sf /usr/bin/python3 /usr/bin/python
# the editor of the team
RUN ln -sf /usr/bin/vim /usr/bin/editor > /dev/null
RUN <<EOT
ln -sf /opt/tool/bin/run /usr/local/bin/run
echo done
EOT
CMD ["node", "server.js"]
