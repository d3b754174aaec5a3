FROM cgr.dev/chainguard/python:latest-dev@sha256:abababababababababababababababababababababababababababababababab AS build
RUN pip install -r requirements.txt --target /deps

FROM python:3.11
COPY --from=build /deps /deps
ENV PYTHONPATH=/deps
CMD ["python", "app.py"]
