#!/bin/sh
# What dockerd does when systemd stops it, in its own mount namespace. Usage: shutdown.sh
set -u
. /sim/docker/lib.sh
. "$SIM/drivers.sh"
. "$SIM/lifecycle.sh"
dockerd_pid
journal info "Processing signal 'terminated'"
read -r live <"$S/live-restore"
if [ "$live" != true ]; then
  for file in "$S"/containers/*; do
    [ -e "$file" ] || continue
    [ "$(get "${file##*/}" State.Running)" = true ] || continue
    end_container "${file##*/}" TERM
    # Not by the user: its restart policy starts it again with the daemon.
    put "${file##*/}" Sim.Stopped=false
  done
fi
read -r children <"/proc/$DOCKERD/task/$DOCKERD/children"
# shellcheck disable=SC2086 # pids
kill $children "$DOCKERD" 2>/dev/null
while [ -d "/proc/$DOCKERD" ]; do sleep 0.01; done
rm -f /run/docker.pid
