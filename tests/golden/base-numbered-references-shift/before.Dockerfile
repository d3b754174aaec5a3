FROM node:22 AS app
COPY a /a
FROM app AS test
COPY --from=0 /a /b
