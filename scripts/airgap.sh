#!/usr/bin/env bash
# Runs the demo and the end-to-end tests where no network exists: a namespace of their own with only loopback up.
# With strace installed, every connect and every datagram sent is looked at too, so that an attempt counts, not only a success.
# Usage: scripts/airgap.sh [COMMAND…]   (default: the demo, then tests/e2e)
set -euo pipefail
cd "$(dirname "$0")/.."
command -v unshare >/dev/null || { echo "airgap: needs unshare (util-linux), which only Linux has" >&2; exit 2; }
if [ $# -eq 0 ]; then
  set -- sh -c '.venv/bin/python examples/demo.py --out "$LIKENESS_AIRGAP/demo" && .venv/bin/python -m pytest tests/e2e'
fi
LIKENESS_AIRGAP=$(mktemp -d)
export LIKENESS_AIRGAP
trap 'rm -rf "$LIKENESS_AIRGAP"' EXIT
watch=()
if command -v strace >/dev/null; then
  watch=(strace -f -qq -e trace=connect,sendto,sendmsg -e signal=none -o "$LIKENESS_AIRGAP/calls")
else
  echo "airgap: strace is not installed; only the missing network is checked" >&2
fi
unshare -rn sh -c 'ip link set lo up && exec "$@"' airgap ${watch[@]+"${watch[@]}"} "$@"
if [ -f "$LIKENESS_AIRGAP/calls" ]; then
  foreign=$(grep -E 'sa_family=AF_INET6?' "$LIKENESS_AIRGAP/calls" \
    | grep -vE 'inet_addr\("127\.|inet_pton\(AF_INET6, "(::1|::ffff:127\.)' || true)
  if [ -n "$foreign" ]; then
    echo "airgap: something tried to leave the machine:" >&2
    printf '%s\n' "$foreign" | sort | uniq -c | head -20 >&2
    exit 1
  fi
  echo "airgap: $(grep -cE 'sa_family=AF_INET' "$LIKENESS_AIRGAP/calls" || true) calls over loopback, none beyond it"
fi
