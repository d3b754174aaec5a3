ARG BASE=base
FROM python:3.11-slim AS base
FROM ${BASE}
WORKDIR /app
COPY . .
CMD ["python", "app.py"]
