#!/bin/sh
# Has dockerd read its configuration again, and waits until it tells the new live-restore. Stops and restarts nothing.
# Usage: apply.sh PID START true|false WAIT_SECONDS
#   START: field 22 of the process's stat.
# Exit: 0 it does, 9 it is another process by now (nothing done), 1 not in time: its last words are on stderr.
set -u
pid=$1 start=$2 wanted=$3 wait=$4
case ${DOCKER_HOST:-} in unix://*) ;; *) DOCKER_HOST=unix:///var/run/docker.sock ;; esac
export DOCKER_HOST; unset DOCKER_TLS_VERIFY DOCKER_CONTEXT
# Up to 1.12 info has no -f.
told() {
  timeout 30 docker info -f '{{.LiveRestoreEnabled}}' 2>/dev/null || timeout 30 docker info 2>/dev/null | sed -n 's/^ *Live Restore Enabled: //p'
}
[ "$(sed 's/^.*) //' "/proc/$pid/stat" 2>/dev/null | cut -d ' ' -f 20)" = "$start" ] || { echo "dockerd (pid $pid) has ended" >&2; exit 9; }
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
