#!/usr/bin/env bash
# Runs every check of the project: linters, types, doctests and tests, in an environment of its own.
# Usage: bash tests/run.sh                          all but what is slow, in about ten minutes
#        bash tests/run.sh --slow                   what is slow, and nothing else
#        bash tests/run.sh --fast                   linters, types and unit tests, no browser
#        bash tests/run.sh [arguments for pytest]   the checks, and what they choose
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

environment=.venv-tests
python=$environment/bin/python
node=$environment/bin/node
tsc=$environment/node_modules/typescript/bin/tsc
log=$(mktemp)
trap 'rm -f "$log"' EXIT

quietly() { "$@" >>"$log" 2>&1; }

fail() { # what the quiet steps printed, then the reason
  cat "$log" >&2
  printf 'tests/run.sh: %s\n' "$*" >&2
  exit 1
}

fingerprint() { python3 -VV && cat requirements.txt tests/requirements*.txt package-lock.json | cksum; }

environment_is_ready() {
  [[ -x $python && "$(cat $environment/fingerprint 2>/dev/null)" == "$(fingerprint)" ]] &&
    "$python" -c 'import axe_playwright_python, hypothesis, kubernetes_validate, mypy, numpy, PIL, playwright, plotly, pytest, pytest_timeout
import codespell_lib, ruff, scipy, skimage, spellchecker, streamlit, torch, xdist, yaml' >/dev/null 2>&1 && [[ -x $environment/bin/hadolint ]] &&
    "$node" "$tsc" --version >/dev/null 2>&1
}

make_environment() {
  printf 'Installing the test environment in %s\n' "$environment"
  quietly python3 -c 'import ensurepip, venv' ||
    fail "python3 has no venv module: install it (on Debian and Ubuntu: apt-get install python3-venv)"
  quietly python3 -m venv --clear "$environment" || fail "could not create $environment"
  # Without dependencies, then checked: a package that nobody pinned is an error, not a surprise.
  # Not compiled: Python compiles what it imports, a small part of all that is installed.
  quietly "$python" -m pip install --quiet --disable-pip-version-check --no-input --no-compile --no-deps \
    -r tests/requirements.txt || fail "could not install tests/requirements.txt"
  # PyTorch's own needs differ between its builds, so it alone brings them along.
  quietly "$python" -m pip install --quiet --disable-pip-version-check --no-input --no-compile \
    -r tests/requirements-torch.txt || fail "could not install tests/requirements-torch.txt"
  quietly "$python" -m pip check || fail "the pinned packages do not fit together"
  # npm installs beside a package.json: a copy of it keeps node_modules inside the environment.
  cp package.json package-lock.json "$environment"
  PATH=$PWD/$environment/bin:$PATH quietly "$environment/bin/npm" ci --prefix "$environment" --no-audit --no-fund ||
    fail "could not install package-lock.json"
  fingerprint >"$environment/fingerprint"
}

# A browser that prints its version may still lack a library or a font: only a page proves it.
starts() {
  [[ -n $1 ]] && quietly "$python" - "$1" <<'EOF'
import sys

from playwright.sync_api import sync_playwright

from benchmarks.app_server import launch_chromium

with sync_playwright() as playwright:
    launch_chromium(playwright, sys.argv[1]).new_page().goto("about:blank")
EOF
}

find_chromium() { # sets CHROMIUM
  if [[ -n ${CHROMIUM:-} ]]; then
    CHROMIUM=$(command -v "$CHROMIUM") || fail "CHROMIUM is set, but there is no such program"
    starts "$CHROMIUM" || fail "CHROMIUM is set, but $CHROMIUM does not start"
    return
  fi
  for name in chromium chromium-browser google-chrome; do
    CHROMIUM=$(command -v "$name" || true)
    if starts "$CHROMIUM"; then return; fi
  done

  printf 'No Chromium on PATH: trying to install one\n'
  quietly "$python" -m playwright install --no-shell chromium || true
  CHROMIUM=$("$python" -c 'from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)' || true)
  if starts "$CHROMIUM"; then return; fi

  if [[ $(id -u) -eq 0 ]] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    quietly apt-get update || true # a stale list may still do
    quietly apt-get install -y --no-install-recommends chromium fonts-liberation || true
    CHROMIUM=$(command -v chromium || true)
    if starts "$CHROMIUM"; then return; fi
  fi
  fail "no Chromium that starts: install one (on Debian: apt-get install chromium), or set CHROMIUM to its path"
}

# Debian has nginx in /usr/sbin, which is not on everybody's PATH.
has_nginx() { NGINX_PATH=$(PATH=$PATH:/usr/sbin command -v "${1:-nginx}") && quietly "$NGINX_PATH" -v; }

find_nginx() { # sets NGINX_PATH
  if [[ -n ${NGINX_PATH:-} ]]; then
    has_nginx "$NGINX_PATH" || fail "NGINX_PATH is set, but there is no such program that starts"
    return
  fi
  if has_nginx; then return; fi

  printf 'No nginx on this machine: trying to install one\n'
  if [[ $(id -u) -eq 0 ]] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    quietly apt-get update || true # a stale list may still do
    # Only the program is wanted: with this, the package starts no server of its own.
    quietly env RUNLEVEL=1 apt-get install -y --no-install-recommends nginx || true
    if has_nginx; then return; fi
  fi
  fail "no nginx: install one (on Debian: apt-get install nginx), or set NGINX_PATH to its path"
}

passed=()
failed=()
check() { # a failing check must not hide the next one's findings
  printf '\n== %s\n' "$1"
  if "${@:2}"; then passed+=("$1"); else failed+=("$1"); fi
}

quietly python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  fail "Python 3.11 or newer is needed, and python3 is $(python3 --version 2>/dev/null || echo missing)"
environment_is_ready || make_environment

lint() {
  check 'ruff check' "$python" -m ruff check
  check 'ruff format' "$python" -m ruff format --check
  check 'mypy' "$python" -m mypy
  js_types
}

js_types() { check 'tsc' "$node" "$tsc" --project .; }
js_tests() { check 'node --test' "$node" --test 'tests/stage_js/*.test.js'; }

find_programs() { # of the tests in a browser and behind nginx
  find_chromium
  find_nginx
  export CHROMIUM NGINX_PATH
}

if [[ "$*" == --fast ]]; then
  lint
  js_tests
  # The folders that hold no unit test are not even read; conftest.py knows them as APART.
  check 'pytest of units' "$python" -m pytest -m unit --hypothesis-profile=fast --numprocesses 2 --dist loadfile \
    --ignore=tests/browser --ignore=tests/deploy --ignore=tests/pages --ignore=tests/rfcore/trained
elif [[ $# -eq 0 ]]; then
  find_programs
  lint
  js_tests
  # One app at a time: with its browser it has work for two cores already.
  check 'pytest without the app' "$python" -m pytest -m 'not app and not slow' --numprocesses auto --maxprocesses 4 --dist loadfile
  check 'pytest with the app' "$python" -m pytest -m 'app and not slow'
elif [[ "$*" == --slow ]]; then
  find_programs
  check 'pytest of what is slow' "$python" -m pytest -m slow
else
  find_programs
  lint
  check 'pytest' "$python" -m pytest "$@"
fi

if [[ ${#failed[@]} -gt 0 ]]; then
  printf '\nFailed: %s\n' "$(IFS=,; echo "${failed[*]}")"
  exit 1
fi
printf '\nPassed: %s\n' "$(IFS=,; echo "${passed[*]}")"
