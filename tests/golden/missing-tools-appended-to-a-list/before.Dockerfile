FROM node:22
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        # what the app needs
        libvips42 \
        less \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
RUN git clone --depth 1 https://example.org/x.git && make -C x
COPY . .
CMD ["node", "server.js"]
