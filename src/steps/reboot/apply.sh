#!/bin/sh
# Reboots the host, after looking again that it is the same boot and that a container is still stuck.
# Usage: apply.sh BOOT [DEAD_CONTAINER…]     at least one of these must still be Dead; none given: it is rebooted in any case
# Exit: 0 the reboot is under way (the connection may be gone before that is told), 9 not needed any more (nothing done),
#   1 docker hangs, or systemd refuses.
set -u
case ${DOCKER_HOST:-} in unix://*) ;; *) export DOCKER_HOST=unix:///var/run/docker.sock ;; esac; unset DOCKER_CONTEXT DOCKER_TLS_VERIFY
boot=$1
shift
read -r now </proc/sys/kernel/random/boot_id
[ "$now" = "$boot" ] || { echo 'the host was rebooted meanwhile' >&2; exit 9; }
if [ $# -gt 0 ]; then
  # ps, for up to 1.12 inspect may refuse a Dead container; a removal that failed is shown as removing (docs/docker-facts.md §0).
  stuck=$(for status in dead removing; do timeout 60 docker ps -aq --no-trunc --filter status=$status 2>/dev/null || [ $? -ne 124 ] || echo hangs; done)
  found=''
  for id in "$@"; do case $stuck in *"$id"*) found=yes ;; esac; done
  case $stuck in *hangs*) echo 'docker ps did not return: the Docker daemon hangs' >&2; exit 1 ;; esac
  [ -n "$found" ] || { echo 'no container is stuck any more' >&2; exit 9; }
fi
systemctl reboot || exit 1
