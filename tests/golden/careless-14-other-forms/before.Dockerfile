FROM	node:22
RUN	apt-get update && apt-get install -y	curl
RUN ["apt-get", "install", "-y", "git"]
RUN ["/bin/bash", "-c", "apt-get update && apt-get install -y git"]
ONBUILD RUN apt-get update && apt-get install -y make
RUN curl -fsSLO https://example.org/tool.deb && dpkg -i tool.deb
RUN curl -fsSL https://deb.nodesource.com/setup_22.x | bash -
CMD ["node", "server.js"]
