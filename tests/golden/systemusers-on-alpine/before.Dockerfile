FROM node:22
COPY --chown=www-data:www-data . /app
RUN mkdir /data && chown -R www-data /data && chown root:staff /srv && chown :www-data /x
RUN su www-data -s /bin/sh -c true
USER www-data
CMD ["node", "server.js"]
