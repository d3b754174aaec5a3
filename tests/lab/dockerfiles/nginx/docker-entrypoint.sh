#!/bin/sh
# As upstream: before nginx starts, every script of /docker-entrypoint.d runs in order of its name.
set -e

say() {
  [ -n "${NGINX_ENTRYPOINT_QUIET_LOGS:-}" ] || echo "$0: $*"
}

if [ "$1" = nginx ] || [ "$1" = nginx-debug ]; then
  for script in /docker-entrypoint.d/*; do
    case "$script" in
      *.envsh)
        if [ -x "$script" ]; then
          say "sourcing $script"
          . "$script"
        fi
        ;;
      *.sh)
        if [ -x "$script" ]; then
          say "running $script"
          "$script"
        else
          say "ignoring $script, which is not executable"
        fi
        ;;
    esac
  done
  say "configuration complete; ready to start"
fi

exec "$@"
