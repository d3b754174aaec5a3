ARG BASE=base
FROM python:3.11 AS build
WORKDIR /app
RUN python -m venv /opt/venv
ENV PATH="/opt/venv/bin:$PATH"
COPY . .
RUN pip install -r requirements.txt
CMD ["/opt/venv/bin/uvicorn", "app:app"]

FROM gcr.io/distroless/python3-debian12 AS base
FROM ${BASE}
ENV PYTHONPATH=/opt/venv/lib/python3.11/site-packages
COPY --from=build /app /app
COPY --from=build /opt/venv/lib/python3.11/site-packages /opt/venv/lib/python3.11/site-packages
WORKDIR /app
ENTRYPOINT ["python3.11"]
CMD ["-m", "uvicorn", "app:app"]
