FROM mycorp/private-app:1.2.3-beta AS assets
RUN make-assets

FROM ghcr.io/acme/api-base:2024-11
COPY --from=assets /assets /assets
COPY --from=mycorp/tools:1.0-rc1 /tool /usr/local/bin/tool
CMD ["node", "server.js"]
