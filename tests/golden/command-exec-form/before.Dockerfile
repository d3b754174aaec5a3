FROM node:22
ENTRYPOINT exec node "my server.js" --port=8080
