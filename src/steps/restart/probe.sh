#!/bin/sh
# How a unit runs, since when, and how new its configuration is. Only looks.
# Usage: probe.sh UNIT [CONFIG_FILE…]
# Prints records, tab-separated:
#   unit KEY=VALUE        started SECONDS       (of the main process, since 1970, with fractions)
#   changed SECONDS PATH  (unit files, drop-ins and config files: mtime)
#   running ID RESTART_POLICY NAME  (docker.service only: containers that run now)
#   live_restore true|false         (docker.service only; nothing: docker does not answer, or would be started by the question)
#   config PATH BASE64    (docker.service only: daemon.json)
# Exit: 0 done, 1 no systemd here.
set -u
unit=$1
shift
case ${DOCKER_HOST:-} in unix://*) ;; *) export DOCKER_HOST=unix:///var/run/docker.sock ;; esac; unset DOCKER_CONTEXT DOCKER_TLS_VERIFY
tab=$(printf '\t')
properties=$(systemctl show "$unit" -p LoadState -p ActiveState -p MainPID -p FragmentPath -p DropInPaths) || exit 1
printf '%s\n' "$properties" | sed "s/^/unit$tab/"
# systemd 252 and later put quotes around a path with blanks; before, only the next path's slash tells where it ends.
paths() {
  awk '{
    for (s = $0; s != ""; sub(/^ +/, "", s)) {
      path = ""
      if (substr(s, 1, 1) == "\"") {
        for (i = 2; i <= length(s) && (c = substr(s, i, 1)) != "\""; i++) path = path (c == "\\" ? substr(s, ++i, 1) : c)
        s = substr(s, i + 1)
      } else {
        end = match(s, / [\/"]/); path = end ? substr(s, 1, end - 1) : s; s = end ? substr(s, end) : ""
      }
      if (path != "") print path
    }
  }'
}
value() { printf '%s\n' "$properties" | sed -n "s/^$1=//p"; }
pid=$(value MainPID)
# Field 22 counts in ticks since boot, 100 a second on every Linux that matters (getconf CLK_TCK). None: it has ended.
ticks=$(sed 's/^.*) //' "/proc/${pid:-0}/stat" 2>/dev/null | cut -d ' ' -f 20)
if [ -n "$ticks" ]; then
  read -r uptime _ </proc/uptime
  awk -v now="$(date +%s.%N)" -v up="$uptime" -v ticks="$ticks" -v hz="$(getconf CLK_TCK)" \
    'BEGIN { printf "started\t%.2f\n", now - up + ticks / hz }'
fi
{ value FragmentPath; value DropInPaths | paths; for file; do printf '%s\n' "$file"; done; } | while IFS= read -r file; do
  [ -f "$file" ] && printf 'changed\t%s\t%s\n' "$(stat -c %.2Y "$file")" "$file"
done
[ "$unit" = docker.service ] || exit 0
case " $* " in *' /etc/docker/daemon.json '*) ;; *) set -- "$@" /etc/docker/daemon.json ;; esac
for file in "$@"; do
  case $file in *.json) if [ -f "$file" ]; then printf 'config\t%s\t%s\n' "$file" "$(base64 -w 0 <"$file")"; fi ;; esac
done
# Any question would make docker.socket start a daemon that somebody has stopped.
case $properties in *ActiveState=inactive* | *ActiveState=failed*) ! systemctl is-active -q docker.socket || exit 0 ;; esac
live_restore=$(timeout 30 docker info -f '{{.LiveRestoreEnabled}}' 2>/dev/null) || exit 0
ids=$(timeout 30 docker ps -q --no-trunc 2>/dev/null) || exit 0
# shellcheck disable=SC2086 # ids are hex words
[ -z "$ids" ] || timeout 30 docker inspect --type container -f "running$tab{{.Id}}$tab{{.HostConfig.RestartPolicy.Name}}$tab{{.Name}}" $ids
printf 'live_restore\t%s\n' "$live_restore"
