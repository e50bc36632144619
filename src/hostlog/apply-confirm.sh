#!/bin/sh
# Tells a host that its controller is there and that all is well: the host does not take the run back any more.
# Usage: apply-confirm.sh RUN NAME
# Prints confirmed, fired or unarmed; where the host is taking itself back, only once it is through; then its journal's log.
# Exit: 0.
set -u
root=${UNWEDGE_HOST_DIR:-/var/lib/unwedge}
[ "$(id -u)" -eq 0 ] || root=${UNWEDGE_HOST_DIR:-${HOME:-}/.unwedge}
journal=$root/runs/$1
[ ! -d "$journal:$2" ] || journal=$journal:$2
sh "$journal/deadman.sh" confirm 2>/dev/null # what watches is gone within 5 s
if [ -e "$journal/fired" ]; then
  ! command -v flock >/dev/null || (exec 9>"$journal/lock"; flock 9)
  echo fired
elif [ -e "$journal/confirmed" ]; then
  echo confirmed
else
  echo unarmed
fi
cat "$journal/log" 2>/dev/null
exit 0
