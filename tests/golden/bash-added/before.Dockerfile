FROM node:22
SHELL ["/bin/bash", "-c"]
RUN echo hi
CMD ["node", "server.js"]
