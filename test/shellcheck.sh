#!/usr/bin/env bash
# Lints every shell script of the project; says so where shellcheck is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v shellcheck >/dev/null; then
  echo "shellcheck: skipped, not installed (Debian: apt-get install shellcheck)"
  exit 0
fi
git ls-files -z -- '*.sh' | xargs -0 -r shellcheck
