ARG BASE=base
FROM php:8.3-fpm-alpine AS base
FROM ${BASE}
RUN apk add --no-cache libzip-dev && docker-php-ext-install zip
WORKDIR /var/www
COPY . .
