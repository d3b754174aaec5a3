FROM python:3.11
ENV PATH="/opt/venv/bin:$PATH"
COPY --from=build /opt/venv /opt/venv
CMD ["uvicorn", "app:app"]
