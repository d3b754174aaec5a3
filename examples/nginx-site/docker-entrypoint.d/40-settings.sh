#!/bin/sh
# The page reads where the API is from a script, so that one image serves every deployment.
set -eu
case "$API_URL" in
  https://*) ;;
  *) echo "API_URL must begin with https://" >&2; exit 1 ;;
esac
printf 'window.settings = { api: "%s" };\n' "$API_URL" > /usr/share/nginx/html/settings.js
