FROM python:3.11
WORKDIR /app
RUN python -m venv /opt/venv
ENV PATH="/opt/venv/bin:$PATH"
COPY . .
RUN pip install -r requirements.txt
CMD ["/opt/venv/bin/uvicorn", "app:app"]
