#!/usr/bin/env bash
# Lints every shell script of the project; says so where shellcheck is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v shellcheck >/dev/null; then
  echo "shellcheck: skipped, not installed (Debian: apt-get install shellcheck)"
  exit 0
fi
# The programs of simulated hosts have no ending.
{ git ls-files -z -- '*.sh'; git grep -lz '^#!/bin/sh' -- test/sim ':!*.sh' ':!*.ts'; } | xargs -0 -r shellcheck --external-sources
