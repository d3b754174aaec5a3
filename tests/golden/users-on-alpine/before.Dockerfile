FROM node:22
RUN groupadd -r -g 999 app && useradd --system --uid 999 --gid app --home-dir /srv --shell /usr/sbin/nologin app
RUN useradd -ms /bin/bash -c "The Worker" -G audio,app worker
RUN useradd -r daemon2
RUN useradd -N plain && usermod -aG app,sudo plain
RUN useradd -G sudo other
RUN adduser --system --group web
COPY --chown=app:app . .
USER app
CMD ["node", "server.js"]
