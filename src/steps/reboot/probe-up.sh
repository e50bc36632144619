#!/bin/sh
# Whether a host is back from its reboot as it should be. Only looks.
# Usage: probe-up.sh OLD_BOOT [CONTAINER…]     OLD_BOOT: the id of the boot before; CONTAINER: it must run again
# Exit: 0 it is, 1 not yet: what is missing is on stderr.
set -u
case ${DOCKER_HOST:-} in unix://*) ;; *) export DOCKER_HOST=unix:///var/run/docker.sock ;; esac; unset DOCKER_CONTEXT DOCKER_TLS_VERIFY
old=$1
shift
missing() { echo "$1" >&2; exit 1; }
read -r boot </proc/sys/kernel/random/boot_id
[ "$boot" != "$old" ] || missing 'it has not gone down: its boot is still the old one'
case $(systemctl is-system-running 2>/dev/null) in initializing | starting) missing 'it is still starting its services' ;; esac
timeout 20 docker version -f '{{.Server.Version}}' >/dev/null 2>&1 || missing 'the Docker daemon does not answer'
for id in "$@"; do
  [ "$(timeout 20 docker inspect --type container -f '{{.State.Running}}' "$id" 2>/dev/null)" = true ] || missing "container $id does not run again"
done
exit 0
