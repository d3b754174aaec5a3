ARG BASE=base
FROM gcr.io/distroless/java21-debian13:nonroot AS base
FROM ${BASE}
WORKDIR /app
COPY target/app.jar app.jar
EXPOSE 8080
ENTRYPOINT ["java", "-jar", "app.jar"]
