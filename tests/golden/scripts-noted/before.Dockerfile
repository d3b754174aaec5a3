FROM node:22
COPY entrypoint.sh setup.sh /
RUN sh /setup.sh && /setup.sh
ENTRYPOINT ["/entrypoint.sh"]
CMD ["node", "server.js"]
