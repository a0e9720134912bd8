#!/usr/bin/env bash
# Runs one process of the app for each server that deploy/nginx.conf names; restarts those that end or hang.
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

# A learner needs two open connections, each of which takes a file descriptor. 1,024 is often the default.
ulimit -Sn 65536 2>/dev/null || ulimit -Sn "$(ulimit -Hn)"

# A process hangs if it leaves so many questions in a row unanswered, each for so many seconds.
check_every=${CHECK_EVERY:-5} check_timeout=${CHECK_TIMEOUT:-5} check_failures=${CHECK_FAILURES:-4}
start_failures=${START_FAILURES:-20} # it may leave so many more unanswered while it starts

answers() { # any answer will do: with a base path, this address has none but "not found"
  timeout "$check_timeout" bash -c '
    exec 3<>"/dev/tcp/127.0.0.1/$1"
    printf "GET /_stcore/health HTTP/1.0\r\n\r\n" >&3
    read -r status <&3 && [[ $status == HTTP/* ]]
  ' answers "$1" >/dev/null 2>&1
}
watch() { # kills a process that hangs; the loop at the end starts it again
  local process=$1 port=$2 failures=$((-start_failures))
  while sleep "$check_every" >/dev/null 2>&1 && kill -0 "$process" 2>/dev/null; do
    if answers "$port"; then
      failures=0
    elif ((++failures >= check_failures)); then
      printf 'deploy/serve.sh: the process on port %s does not answer and is killed\n' "$port" >&2
      kill -KILL "$process" 2>/dev/null
      return
    fi
  done
}

declare -A port_of watcher_of # by process id
start() {
  "${STREAMLIT:-streamlit}" run app.py --server.address 127.0.0.1 --server.port "$@" --server.headless true &
  local process=$!
  port_of[$process]=$1
  watch "$process" "$1" &
  watcher_of[$process]=$!
}
stop() {
  trap - EXIT
  kill "${watcher_of[@]}" "${!port_of[@]}" 2>/dev/null || true
  (sleep 10 && kill -KILL "${!port_of[@]}") >/dev/null 2>&1 & # what hangs does not end by itself
  local killer=$!
  for process in "${!port_of[@]}"; do wait "$process" || true; done
  kill "$killer" 2>/dev/null || true
}
trap stop EXIT
trap 'exit 0' INT TERM

for port in "${ports[@]}"; do start "$port" "$@"; done
while true; do
  wait -n -p ended || true
  port=${port_of[$ended]:-}
  [[ -n $port ]] || continue # a watcher has ended
  kill "${watcher_of[$ended]}" 2>/dev/null || true
  unset "port_of[$ended]" "watcher_of[$ended]"
  printf 'deploy/serve.sh: the process on port %s has ended and is started again\n' "$port" >&2
  sleep 1 # a process that cannot start must not keep a core busy
  start "$port" "$@"
done
