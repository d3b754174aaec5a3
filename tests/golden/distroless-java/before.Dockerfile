FROM eclipse-temurin:21-jre
COPY app.jar /app.jar
CMD ["java", "-Xmx256m", "-jar", "/app.jar"]
