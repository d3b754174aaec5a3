FROM node:22
SHELL ["/bin/bash", "-c"]
RUN echo "a\nb" > /x
CMD ["node", "server.js"]
