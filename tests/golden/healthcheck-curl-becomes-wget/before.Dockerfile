FROM debian:12
COPY server /server
HEALTHCHECK CMD curl -fs --max-time 2 localhost:3000/ready || exit 1
CMD ["/server"]
