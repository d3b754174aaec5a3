ARG BASE=base
FROM nginx:1.28-alpine-slim AS base
FROM ${BASE}
COPY site/ /usr/share/nginx/html/
COPY default.conf /etc/nginx/conf.d/default.conf
