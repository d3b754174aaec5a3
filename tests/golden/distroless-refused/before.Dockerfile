FROM node:22
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN npm ci
RUN useradd -m app
WORKDIR /home/app
COPY . .
RUN ["/app/tool", "--version"]
USER $SOMEONE
HEALTHCHECK CMD test -f /ready && curl -f http://localhost:3000/
CMD npm start
