ARG V=3.13
ARG BASE=python:${V}-alpine
FROM ${BASE}
COPY . .
CMD ["python", "app.py"]
