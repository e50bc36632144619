#!/bin/sh
# What the shim does once its container has ended: tells dockerd, if there is one.
# Usage: exited.sh ID CODE
# Exit: 0.
set -u
. /sim/docker/lib.sh
[ -e "$S/containers/$1" ] && dockerd_pid || exit 0
if [ $# -eq 2 ]; then exec nsenter -t "$DOCKERD" -m -- sh "$0" "$1" "$2" here; fi
. "$SIM/drivers.sh"
. "$SIM/lifecycle.sh"
[ "$(get "$1" State.Running)" = true ] || exit 0
note_exit "$1" "$2"
ID=$1
case $(get "$1" HostConfig.RestartPolicy.Name):$(get "$1" Sim.Stopped) in
  always:false | unless-stopped:false) start_container "$1" >/dev/null ;;
esac
exit 0
