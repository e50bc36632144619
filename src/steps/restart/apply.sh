#!/bin/sh
# Restarts a unit and waits until it is up: active, and for docker until the daemon answers and these containers run again.
# Usage: apply.sh UNIT WAIT_SECONDS [CONTAINER…]
# Exit: 0 up, 1 not up in time: its last words are on stderr.
set -u
unit=$1 wait=$2
shift 2
case ${DOCKER_HOST:-} in unix://*) ;; *) export DOCKER_HOST=unix:///var/run/docker.sock ;; esac; unset DOCKER_CONTEXT DOCKER_TLS_VERIFY
# Earlier failures would make systemd refuse: "start request repeated too quickly".
systemctl reset-failed "$unit" 2>/dev/null
end=$(($(cut -d . -f 1 /proc/uptime) + wait))
up() {
  systemctl is-active -q "$unit" || { why="$unit is not active"; return 1; }
  [ "$unit" = docker.service ] || return 0
  timeout 10 docker version -f '{{.Server.Version}}' >/dev/null 2>&1 || { why='the Docker daemon does not answer'; return 1; }
  for id in "$@"; do
    [ "$(timeout 10 docker inspect --type container -f '{{.State.Running}}' "$id" 2>/dev/null)" = true ] || { why="container $id does not run again"; return 1; }
  done
}
why=
if systemctl restart "$unit"; then
  while ! up "$@"; do
    [ "$(cut -d . -f 1 /proc/uptime)" -lt "$end" ] || break
    sleep 1
  done
  up "$@" && exit 0
else
  why="systemctl restart $unit failed"
fi
echo "$why; its last words:" >&2
journalctl -u "$unit" -n 40 --no-pager -o cat | grep -v level=info | tail -n 6 >&2
exit 1
