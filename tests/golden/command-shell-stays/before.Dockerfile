FROM node:22
ENTRYPOINT ["/run"]
CMD node a.js && node b.js
