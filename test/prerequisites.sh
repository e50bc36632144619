#!/usr/bin/env bash
# Installs what the tests run beside node: other shells and awks, shellcheck, an ssh server, Ansible's reader of inventories, a browser, checkers of XML and of metrics. Needs root and Debian; elsewhere the tests that need them say so.
set -euo pipefail
# By program: Debian's busybox and busybox-static exclude each other, and either will do.
declare -A package_of=(
  [shellcheck]=shellcheck [busybox]=busybox-static [gawk]=gawk [mawk]=mawk [dash]=dash
  [ssh]=openssh-client [sshd]=openssh-server [sudo]=sudo [tmux]=tmux [strace]=strace [ansible-inventory]=ansible-core [zsh]=zsh [fish]=fish [chromium]=chromium
  [xmllint]=libxml2-utils [promtool]=prometheus
)
PATH=$PATH:/usr/sbin:/sbin
missing=()
for program in "${!package_of[@]}"; do
  command -v "$program" >/dev/null || missing+=("${package_of[$program]}")
done
((${#missing[@]})) || exit 0
if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
  echo "tests: not installed and not installable here: ${missing[*]} (their tests are skipped)"
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null 2>&1 ||
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; }
