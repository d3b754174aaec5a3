ARG BASE=base
FROM python:3.11 AS build
RUN apt-get update && apt-get install -y gcc && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 10001 app
WORKDIR /srv/app
ENV PYTHONPATH=/srv/app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
COPY wait.py /usr/local/bin/
RUN chown -R app:app /srv/app
USER app
CMD ["gunicorn", "--bind=0.0.0.0:8000", "app:app"]

FROM gcr.io/distroless/python3-debian12 AS base
FROM ${BASE}
ENV PYTHONPATH=/srv/app
ENV PYTHONPATH=$PYTHONPATH:/usr/local/lib/python3.11/site-packages
COPY --from=build --chown=10001:10001 /srv/app /srv/app
COPY --from=build /usr/local/bin/wait.py /usr/local/bin/wait.py
COPY --from=build /usr/local/lib/python3.11/site-packages /usr/local/lib/python3.11/site-packages
WORKDIR /srv/app
USER 10001:10001
ENTRYPOINT ["python3.11"]
CMD ["-m", "gunicorn", "--bind=0.0.0.0:8000", "app:app"]
