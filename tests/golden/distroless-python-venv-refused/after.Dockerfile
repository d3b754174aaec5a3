ARG BASE=base
FROM gcr.io/distroless/python3-debian12 AS base
FROM ${BASE}
ENV PATH="/opt/venv/bin:$PATH"
COPY --from=build /opt/venv /opt/venv
CMD ["uvicorn", "app:app"]
