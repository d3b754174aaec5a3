FROM nginx:1.29
COPY site /usr/share/nginx/html
HEALTHCHECK --interval=5s CMD curl -f http://localhost/ || exit 1
CMD ["nginx", "-g", "daemon off;"]
