#!/bin/sh
# Restarts one holder of stale mounts, after looking again that all is as planned, and waits until it is up again.
# Usage: apply.sh unit|container NAME MAIN_PID STOP WAIT DOCKERD_PID [CONTAINER PID START INODE LINE]…
#   NAME: of the unit; of a container its id. STOP: seconds its stop may take by its own settings. WAIT: seconds to be up again in.
#   CONTAINER …: of each stale mount whose it is, a process that has it, its start time (field 22), its namespace, its line in mountinfo (but for its tags).
# Exit: 0 restarted and up, 9 no longer as planned (nothing done), 1 not up again: its last words are on stderr.
set -u
kind=$1 name=$2 main=$3 stop=$4 wait=$5 dockerd=$6
shift 6
case ${DOCKER_HOST:-} in unix://*) ;; *) export DOCKER_HOST=unix:///var/run/docker.sock ;; esac; unset DOCKER_CONTEXT DOCKER_TLS_VERIFY
drifted() { echo "$1" >&2; exit 9; }
inspect() { timeout 60 docker inspect --type container -f "$1" "$2" 2>/dev/null; }
dead() {
  state=$(inspect '{{.State.Dead}} {{.State.Status}} {{.State.Pid}}' "$1")
  case $?:$state in
    124:*) echo 'docker inspect did not return: the Docker daemon hangs' >&2; exit 1 ;;
    0:*) [ "$state" = 'true dead 0' ] ;;
    # Up to 1.12 inspect may refuse a Dead container, and ps says truly that it is one (docs/docker-facts.md §0, §2).
    *) [ "$(timeout 60 docker ps -aq --no-trunc --filter status=dead --filter "id=$1" 2>/dev/null)" = "$1" ] ;;
  esac
}
started() { [ "$(sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20)" = "$2" ]; }
mounted() { LINE=$2 awk -v tags=' (shared|master|propagate_from):[0-9]+' 'BEGIN { want = ENVIRON["LINE"]; gsub(tags, "", want) } { gsub(tags, "") } $0 == want { found = 1 } END { exit !found }' "/proc/$1/mountinfo" 2>/dev/null; }
# The same filesystem, and the same part of it, whatever it is called there.
has_copy() { LINE=$2 awk 'BEGIN { split(ENVIRON["LINE"], want, " ") } $3 == want[3] && $4 == want[4] { found = 1 } END { exit !found }' "/proc/$1/mountinfo" 2>/dev/null; }
as_planned() {
  while [ $# -gt 0 ]; do
    dead "$1" || drifted "container $1 is no longer Dead"
    started "$2" "$3" || drifted "process $2 is gone"
    [ "$(readlink "/proc/$2/ns/mnt")" = "mnt:[$4]" ] || drifted "process $2 is now in another mount namespace"
    mounted "$2" "$5" || drifted "process $2 no longer has the mount: $5"
    grep -qF -e "$name" "/proc/$2/cgroup" || drifted "process $2 no longer belongs to $name"
    # A restarted holder copies what is mounted where it is started from.
    for source in 1 "$dockerd"; do ! has_copy "$source" "$5" || drifted "process $source has a copy of the mount: $5"; done
    shift 5
  done
}
main_pid() {
  if [ "$kind" = unit ]; then systemctl show -p MainPID -- "$name" | sed -n 's/^MainPID=//p'; else inspect '{{.State.Pid}}' "$name"; fi
}
is_up() {
  if [ "$kind" = unit ]; then systemctl is-active -q -- "$name"; else [ "$(inspect '{{if .State.Running}}{{with index .State "Health"}}{{.Status}}{{else}}healthy{{end}}{{end}}' "$name")" = healthy ]; fi && [ "$(main_pid)" != "$main" ]
}
[ "$(main_pid)" = "$main" ] || drifted "the main process of $name is not $main any more"
as_planned "$@"
# ExecStop, SIGTERM and SIGKILL have that time each (systemd.service(5), TimeoutStopSec=).
limit=$((3 * stop + wait))
if [ "$kind" = container ]; then timeout "$limit" docker restart -t "$stop" "$name" >/dev/null || wait=0
else
  # Earlier failures would make systemd refuse: "start request repeated too quickly".
  systemctl reset-failed -- "$name" 2>/dev/null
  timeout "$limit" systemctl restart -- "$name" || wait=0
fi
end=$(($(cut -d . -f 1 /proc/uptime) + wait))
until is_up || [ "$(cut -d . -f 1 /proc/uptime)" -ge "$end" ]; do sleep 1; done
is_up && exit 0
echo "$kind $name was restarted and is not up again; its last words:" >&2
if [ "$kind" = unit ]; then journalctl -u "$name" -n 6 --no-pager -o cat; else timeout 60 docker logs --tail 6 "$name" 2>&1; fi >&2
exit 1
