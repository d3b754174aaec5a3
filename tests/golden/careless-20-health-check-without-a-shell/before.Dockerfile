FROM nginx:1.29
HEALTHCHECK CMD curl -f http://localhost/ || exit 1
CMD ["/usr/sbin/nginx", "-g", "daemon off;"]
