ARG BASE=base
FROM dhi.io/ruby:3.4-debian13 AS base
FROM ${BASE}
WORKDIR /app
COPY . .
CMD ["ruby", "app.rb"]
