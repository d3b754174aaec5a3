FROM node:22
RUN sed -i 's/debian.example.org/mirror.example.org/g' /etc/apt/sources.list.d/debian.sources
RUN echo 'deb http://example.org stable main' | tee /etc/apt/sources.list.d/x.list
RUN curl -fsSL https://example.org/key.gpg | gpg --dearmor -o /usr/share/keyrings/x.gpg
RUN wget -qO- https://example.org/key | sudo apt-key add -
RUN printf 'Package: *\n' > /etc/apt/preferences.d/x
RUN ["bash", "-c", "add-apt-repository -y ppa:x/y"]
RUN apt-get update && apt-get install -y no-such-thing curl neither-this=1.0
RUN if [ -d /etc/apt/sources.list.d ]; then echo Debian; fi
CMD ["node", "server.js"]
