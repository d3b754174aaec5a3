ARG BASE=base
FROM gcr.io/distroless/python3-debian12 AS base
FROM ${BASE}
COPY . .
ENTRYPOINT ["python3.11", "-u", "app.py"]
