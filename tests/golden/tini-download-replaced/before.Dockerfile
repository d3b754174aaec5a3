FROM node:22
ENV V=v0.19.0
RUN curl -fsSL "https://github.com/krallin/tini/releases/download/${V}/tini-amd64" -o /tini && chmod +x /tini
ADD https://github.com/krallin/tini/releases/download/v0.19.0/tini-static /tini2
ENTRYPOINT ["/tini", "--"]
CMD ["node", "server.js"]
