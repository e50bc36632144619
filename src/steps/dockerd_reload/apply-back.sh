#!/bin/sh
# Has dockerd take live-restore as its file says it by now; where the file says nothing, as it was: dockerd keeps what it has of an
# option that is gone (moby v20.10.27:daemon/reload.go, IsValueSet), so the file says it for the moment of the reload.
# Usage: apply-back.sh FILE true|false WAIT_SECONDS     true|false: for a file that says nothing
# Exit: 0 it is so (or dockerd does not run), 9 FILE is no plain file (nothing done), 1 not in time: its last words are on stderr.
set -u
file=$1 was=$2 wait=$3
case ${DOCKER_HOST:-} in unix://*) ;; *) DOCKER_HOST=unix:///var/run/docker.sock ;; esac
export DOCKER_HOST; unset DOCKER_TLS_VERIFY DOCKER_CONTEXT
# Up to 1.12 info has no -f.
told() {
  timeout 30 docker info -f '{{.LiveRestoreEnabled}}' 2>/dev/null || timeout 30 docker info 2>/dev/null | sed -n 's/^ *Live Restore Enabled: //p'
}
if [ -h "$file" ] || { [ -e "$file" ] && [ ! -f "$file" ]; }; then echo "$file is no plain file" >&2; exit 9; fi
# EL7 has a second docker as docker-latest. What is left of a pid file may name a stranger by now.
pid=$(systemctl show docker.service docker-latest.service -p MainPID 2>/dev/null | sed -n 's/^MainPID=\([1-9]\)/\1/p' | head -n 1)
[ -n "$pid" ] || pid=$(cat /var/run/docker.pid 2>/dev/null)
case $(cat "/proc/${pid:-none}/comm" 2>/dev/null) in docker*) ;; *) exit 0 ;; esac
text=$(cat "$file" 2>/dev/null)
key='s/.*"live-restore"[[:space:]]*:[[:space:]]*'
said=$(printf '%s' "$text" | tr '\n' ' ' | sed -n -e "${key}true.*/true/p" -e "${key}false.*/false/p")
wanted=${said:-$was}
[ "$(told)" != "$wanted" ] || exit 0
if [ -z "$said" ]; then
  new=${file%/*}/.unwedge.$$ kept=${file%/*}/.unwedge-kept.$$
  trap 'if [ -e "$kept" ]; then mv -f "$kept" "$file"; else rm -f "$file"; fi; rm -f "$new"' EXIT
  trap 'exit 143' HUP INT TERM
  [ ! -e "$file" ] || cp -p "$file" "$new" || exit 1
  case $(printf '%s' "$text" | tr -d '[:space:]') in '' | '{}') rest='}' ;; *) rest=,${text#*\{} ;; esac
  printf '{"live-restore": %s%s\n' "$wanted" "$rest" >"$new" || exit 1
  [ ! -e "$file" ] || ln "$file" "$kept" || exit 1
  mv -f "$new" "$file" || exit 1
fi
end=$(($(cut -d . -f 1 /proc/uptime) + wait))
kill -HUP "$pid" || exit 1
until [ "$(told)" = "$wanted" ]; do
  if [ "$(cut -d . -f 1 /proc/uptime)" -ge "$end" ]; then
    echo "dockerd does not say that live-restore is $wanted; its last words:" >&2
    journalctl _PID="$pid" -n 20 --no-pager -o cat 2>/dev/null | grep -v level=info | tail -n 4 >&2
    exit 1
  fi
  sleep 1
done
