FROM debian:13-slim
WORKDIR /app
COPY . .
RUN csplit --quiet list.txt /part/
CMD ["sleep", "infinity"]
