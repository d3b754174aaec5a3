ARG V=3.13
ARG BASE=python:${V}-slim
FROM ${BASE}
COPY . .
CMD ["python", "app.py"]
