FROM node:22
WORKDIR /app
COPY package.json yarn.lock ./
RUN yarn --frozen-lockfile
COPY . .
CMD ["node", "server.js"]
