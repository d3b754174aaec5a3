FROM node:22
RUN apt-get update && apt-get install -y build-essential git python3 ca-certificates curl
RUN make && git describe && curl -o x https://example.org && node -p 1 && /opt/bin/hg id
COPY --from=docker:27 /usr/local/bin/docker /usr/local/bin/svn
RUN svn info; if command -v hg; then echo; fi
CMD ["node", "server.js"]
