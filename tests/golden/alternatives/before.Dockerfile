FROM node:22
RUN apt-get update && apt-get install -y --no-install-recommends python3 vim \
  && update-alternatives --install /usr/bin/python python /usr/bin/python3 1 \
  && rm -rf /var/lib/apt/lists/*
# the editor of the team
RUN update-alternatives --set editor /usr/bin/vim > /dev/null
RUN <<EOT
update-alternatives --quiet --install /usr/local/bin/run \
    run /opt/tool/bin/run 10
echo done
EOT
CMD ["node", "server.js"]
