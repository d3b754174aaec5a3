ARG BASE=base
FROM gcr.io/distroless/java21-debian12 AS base
FROM ${BASE}
COPY app.jar /app.jar
ENTRYPOINT ["sh", "-c", "java $JAVA_OPTS -jar /app.jar"]
