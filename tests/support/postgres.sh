#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A PostgreSQL server on loopback for tests, from the system's package, under an unprivileged user.
#   postgres.sh installed          0 when the package is there
#   postgres.sh start DIR [PID]    makes the cluster when it is not there, starts it, prints its URI;
#                                  with PID the server is stopped when that process is gone
#   postgres.sh crash DIR          kill -9 of the server and all its processes
#   postgres.sh stop DIR           stops it and removes DIR
set -euo pipefail
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n1)
[ -n "$bin" ] || bin=$(dirname "$(command -v initdb || echo /missing/initdb)")

# The server refuses to run as root.
as_user() {
  if [ "$(id -u)" != 0 ]; then "$@"; return; fi
  user=nobody
  id -u postgres >/dev/null 2>&1 && user=postgres
  setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups env HOME=/ "$@"
}

make_cluster() {
  mkdir -p "$dir/data"
  chmod 711 "$dir"
  chmod 700 "$dir/data"
  [ "$(id -u)" != 0 ] || chown "$(as_user id -u)" "$dir/data"
  (cd "$dir" && as_user "$bin/initdb" -D "$dir/data" -A trust -U signmark -E UTF8 --locale=C \
    --no-sync --no-instructions >"$dir/initdb.log" 2>&1)
}

# Durable on the disk is not tested by killing processes, so it is not waited for.
launch() {
  (cd "$dir" && as_user "$bin/pg_ctl" -D "$dir/data" -w -t 30 -l "$dir/data/log" start -o \
    "-p $1 -c listen_addresses=127.0.0.1 -c unix_socket_directories=$dir/data -c fsync=${FSYNC:-off} \
     -c shared_buffers=32MB -c max_connections=64 -c autovacuum_naptime=5" >/dev/null 2>&1)
}

start() {
  [ -d "$dir/data/base" ] || make_cluster
  if [ -f "$dir/port" ]; then
    # The killed server's processes may still be on their way out.
    for _ in 1 2 3 4 5 6; do launch "$(cat "$dir/port")" && break; sleep 0.3; done
  else
    for _ in 1 2 3 4 5; do
      port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))  # below those of outgoing connections
      launch "$port" && { echo "$port" >"$dir/port"; break; }
    done
  fi
  port=$(cat "$dir/port")
  as_user "$bin/pg_ctl" -D "$dir/data" status >/dev/null
  echo "postgresql://signmark@127.0.0.1:$port/postgres"
}

watch() {
  while kill -0 "$1" 2>/dev/null; do sleep 1; done
  stop
}

crash() {
  server=$(head -n1 "$dir/data/postmaster.pid")
  # The parent first, so that it cannot take its children's end for a crash and restart.
  kill -9 "$server" $(cat "/proc/$server/task/$server/children")
}

stop() {
  [ -d "$dir" ] || return 0
  as_user "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$dir"
}

dir=${2:-}
case "$1" in
  installed) [ -x "$bin/initdb" ] && command -v setpriv >/dev/null ;;
  start) start
    if [ -n "${3:-}" ]; then watch "$3" >/dev/null 2>&1 </dev/null & fi ;;
  crash) crash ;;
  stop) stop ;;
  *) sed -n '3,9p' "$0"; exit 2 ;;
esac
