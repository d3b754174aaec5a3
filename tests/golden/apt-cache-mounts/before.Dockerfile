# syntax=docker/dockerfile:1
FROM node:22
RUN rm -f /etc/apt/apt.conf.d/docker-clean; echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' > /etc/apt/apt.conf.d/keep-cache
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    # the lists
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    apt-get update && apt-get --no-install-recommends install -y gcc
RUN echo 'APT::Install-Recommends "0";' >> /etc/apt/apt.conf.d/99no && echo ready
CMD ["node", "server.js"]
