#!/usr/bin/env bash
# The whole story on real hosts of this machine: boot, wedge, dry run, free, proof, clean up.
# Usage: demo.sh      Exit: 0 the containers were stuck before and are gone after, and their neighbours live; 1 not so.
set -euo pipefail
cd "$(dirname "$0")/../.."
lab() { bash test/lab/lab.sh "$@"; }
UNWEDGE_LAB=demo-$(printf '%s' "$PWD" | cksum | cut -d ' ' -f 1)
export UNWEDGE_LAB
state=$(mktemp -d)
unwedge() { node dist/cli/main.cjs "$@"; }

bold=$(tput bold 2>/dev/null || true) plain=$(tput sgr0 2>/dev/null || true)
[[ -t 1 && -z ${NO_COLOR:-} ]] || bold='' plain=''
chapter() { printf '\n%s── %s%s\n' "$bold" "$1" "$plain"; }
say() { printf '%s$ %s%s\n' "$bold" "$*" "$plain"; }

# What the hosts themselves say: docker's list, and the mounts of stuck containers in every process' namespace.
stuck_on() { lab ssh "$1" 'docker ps -aq --no-trunc --filter status=dead --filter status=removing'; }
proof() {
  local host=$1 pids
  printf '%s%s%s\n' "$bold" "$host" "$plain"
  lab ssh "$host" "docker ps -a --format 'table {{.ID}}\t{{.Names}}\t{{.Status}}'"
  for id in ${stuck[$host]}; do
    pids=$(lab ssh "$host" "grep -l '/$id/' /proc/[0-9]*/mountinfo 2>/dev/null | cut -d / -f 3 | tr '\n' ' '")
    echo "mounts of ${id:0:12}, by mountinfo: ${pids:+in the namespaces of processes }${pids:-none}"
  done
}
# shellcheck disable=SC2317 # called by the trap
clean_up() {
  local code=$?
  chapter 'Cleaning up'
  lab down
  rm -rf "$state"
  exit "$code"
}

if ! why=$(lab check); then
  echo "The demo needs real hosts, and this machine can't have them: $why" >&2
  exit 1
fi
trap clean_up EXIT
trap 'exit 130' INT TERM

chapter 'Booting two hosts: systemd, sshd, dockerd (the first time: installing packages and a root filesystem, some minutes)'
lab up 2
inventory=$(lab env | sed -n 's/^INVENTORY=//p')

chapter 'Wedging them: leaked mounts, held by a container, a service and a bare process'
declare -A stuck neighbour
for pair in host1:several host2:healthy-neighbour; do
  host=${pair%:*}
  facts=$(lab wedge "${pair#*:}" "$host")
  stuck[$host]=$(sed -n 's/^STUCK=//p' <<<"$facts")
  neighbour[$host]=$(sed -n 's/^NEIGHBOUR=//p' <<<"$facts")
  proof "$host"
done

chapter 'A dry run: what it would do'
say unwedge run free-dead-containers -i inventory.yaml --check
unwedge run free-dead-containers -i "$inventory" --check

chapter 'The run'
say unwedge run free-dead-containers -i inventory.yaml
unwedge run free-dead-containers -i "$inventory" --state-dir "$state"

chapter 'The proof, from the hosts themselves'
failed=0
for host in host1 host2; do
  proof "$host"
  [[ -n ${stuck[$host]} && -z $(stuck_on "$host") ]] || { echo "$host: containers are still stuck" >&2; failed=1; }
  lab ssh "$host" "docker exec ${neighbour[$host]} true && docker restart -t 0 ${neighbour[$host]} >/dev/null && docker exec ${neighbour[$host]} true" ||
    { echo "$host: the neighbour was harmed" >&2; failed=1; }
  echo "the neighbour answers docker exec, before and after a restart"
done
exit $failed
