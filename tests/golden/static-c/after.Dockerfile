ARG BASE=base
FROM gcc:15 AS build
RUN gcc -c a.c && gcc -o /app a.o && gcc -static -o /b a.o
FROM scratch AS base
FROM ${BASE}
COPY --from=build /app /b /
ENTRYPOINT ["/app"]
