ARG BASE=base
FROM gcr.io/distroless/python3-debian12 AS base
FROM ${BASE}
WORKDIR /app
COPY . .
HEALTHCHECK CMD ["python3.11", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/', timeout=3)"]
ENTRYPOINT ["python3.11"]
CMD ["-m", "gunicorn", "--bind", "0.0.0.0:8000", "app:app"]
