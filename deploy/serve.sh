#!/usr/bin/env bash
# Runs one process of the app for each server that deploy/nginx.conf names; restarts those that end.
# Usage: SHIFT_LAB_ALLOWED_HOSTS=lab.example.org bash deploy/serve.sh [further options for streamlit run]
# It uses the streamlit of .venv if there is one, else that on PATH. When it ends, so do its processes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

configuration=${NGINX_CONF:-deploy/nginx.conf}
PATH=$PWD/.venv/bin:$PATH
mapfile -t ports < <(sed -nE 's/^ *server 127\.0\.0\.1:([0-9]+).*/\1/p' "$configuration" | sort -u)
if [[ ${#ports[@]} -eq 0 ]]; then
  printf 'deploy/serve.sh: %s names no server such as 127.0.0.1:8501\n' "$configuration" >&2
  exit 1
fi

# Freed memory goes back to the system: see docs/measurements.md.
export MALLOC_ARENA_MAX=${MALLOC_ARENA_MAX:-1} PYTHONMALLOC=${PYTHONMALLOC:-malloc}

declare -A port_of # port by process id
start() {
  "${STREAMLIT:-streamlit}" run app.py --server.address 127.0.0.1 --server.port "$@" --server.headless true &
  port_of[$!]=$1
}
stop() {
  trap - EXIT
  kill "${!port_of[@]}" 2>/dev/null || true
  wait
}
trap stop EXIT
trap 'exit 0' INT TERM

for port in "${ports[@]}"; do start "$port" "$@"; done
while true; do
  wait -n -p ended || true
  port=${port_of[$ended]}
  unset "port_of[$ended]"
  printf 'deploy/serve.sh: the process on port %s has ended and is started again\n' "$port" >&2
  sleep 1 # a process that cannot start must not keep a core busy
  start "$port" "$@"
done
