#!/bin/sh
# As upstream: the configuration that the image brings also listens on IPv6, where there is one.
set -e
config=/etc/nginx/conf.d/default.conf
[ -f /proc/net/if_inet6 ] && [ -w "$config" ] || exit 0
grep -q 'listen  *\[::\]:80;' "$config" && exit 0
sed -i 's,listen       80;,listen       80;\n    listen  [::]:80;,' "$config"
