ARG BASE=base
FROM mcr.microsoft.com/dotnet/runtime:8.0-bookworm-slim AS build
WORKDIR /app
COPY out/ .
RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
ENTRYPOINT ["dotnet", "Worker.dll"]

FROM mcr.microsoft.com/dotnet/runtime:8.0-noble-chiseled AS base
FROM ${BASE}
COPY --from=build /app /app
WORKDIR /app
ENTRYPOINT ["dotnet", "Worker.dll"]
