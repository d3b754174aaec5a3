FROM python:3.11
WORKDIR /app
COPY . .
HEALTHCHECK CMD ["curl", "-fsS", "-m", "3", "http://localhost:8000/"]
CMD gunicorn --bind 0.0.0.0:8000 app:app
