ARG BASE=base
FROM ruby:3.3-alpine AS base
FROM ${BASE}
WORKDIR /app
COPY Gemfile Gemfile.lock ./
RUN bundle install
COPY . .
EXPOSE 4567
CMD ["ruby", "app.rb"]
