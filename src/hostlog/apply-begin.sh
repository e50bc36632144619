#!/bin/sh
# Begins a run's journal on the host, /var/lib/unwedge/runs/RUN, with all that takes the run back without unwedge.
# Usage: apply-begin.sh RUN JSON [NAME TEXT]…     JSON: the run's first event. NAME TEXT: the scripts beside it.
# Exit: 0 it is there, 119 it can't be: why is on stderr.
set -u
umask 077
run=$1 json=$2
shift 2
root=${UNWEDGE_HOST_DIR:-/var/lib/unwedge}
[ "$(id -u)" -eq 0 ] || root=${UNWEDGE_HOST_DIR:-${HOME:-}/.unwedge}
journal=$root/runs/$run
refuse() { echo "the host's journal $journal can't be written ($1), so nothing was changed" >&2; exit 119; }
for directory in "$root" "$root/runs" "$journal"; do
  [ ! -h "$directory" ] || refuse "$directory is a symbolic link"
  [ -d "$directory" ] || why=$(mkdir -p "$directory" 2>&1) || refuse "${why##*: }"
  { [ -O "$directory" ] && chmod 700 "$directory"; } || refuse "$directory belongs to somebody else"
done
for other in "$root"/runs/*/armed-*; do
  [ -e "$other" ] || continue
  other=${other%/*}
  [ "$other" != "$journal" ] || continue
  echo "run ${other##*/} waits for its confirmation on this host, which takes it back without: nothing was changed" >&2
  exit 119
done
write() { # NAME TEXT: flushed; coreutils 8.22 has no sync FILE
  why=$(printf '%s\n' "$2" | dd of="$journal/$1" conv=fsync 2>&1) && [ "$(cat "$journal/$1")" = "$2" ] && return
  refuse "$(printf '%s\n' "$why" | sed -n -e '1s/.*: //p')"
}
while [ $# -gt 0 ]; do
  write "$1" "$2"
  shift 2
done
# Last: with it, the journal is begun.
[ -e "$journal/run.json" ] || write run.json "$json"
sh "$journal/prune.sh" 30 50 65536
exit 0
