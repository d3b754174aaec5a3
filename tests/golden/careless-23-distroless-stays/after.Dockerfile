FROM gcr.io/distroless/nodejs22-debian12
COPY . /app
CMD ["/app/server.js"]
