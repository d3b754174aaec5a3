FROM python:3.11
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
