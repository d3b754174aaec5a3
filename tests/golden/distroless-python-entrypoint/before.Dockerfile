FROM python:3.11
COPY . .
ENTRYPOINT ["python", "-u", "app.py"]
