#!/bin/sh
# The browser tests drive the system's Chromium. Installs it on Debian and its relatives where it is missing.
set -eu
if command -v chromium >/dev/null || [ -n "${CHROMIUM:-}" ]; then
  exit 0
fi
if ! command -v apt-get >/dev/null; then
  echo "Install Chromium, or set CHROMIUM to the path of a Chromium or Chrome." >&2
  exit 1
fi
run=""
[ "$(id -u)" = 0 ] || run=sudo
$run apt-get update -q
$run env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends chromium
