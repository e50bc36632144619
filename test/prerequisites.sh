#!/usr/bin/env bash
# Installs what the tests run beside node: other shells and awks, shellcheck, an ssh server. Needs root and Debian; elsewhere the tests that need them say so.
set -euo pipefail
packages=(shellcheck busybox gawk mawk dash openssh-client openssh-server sudo tmux)
missing=()
for package in "${packages[@]}"; do
  dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
done
((${#missing[@]})) || exit 0
if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
  echo "tests: not installed and not installable here: ${missing[*]} (their tests are skipped)"
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null 2>&1 ||
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; }
