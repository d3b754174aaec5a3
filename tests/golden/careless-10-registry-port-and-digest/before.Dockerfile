FROM registry.local:5000/team/python:3.11@sha256:abababababababababababababababababababababababababababababababab
WORKDIR /app
COPY . .
CMD ["python", "app.py"]
