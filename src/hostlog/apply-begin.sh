#!/bin/sh
# Begins a run's journal on the host, /var/lib/unwedge/runs/RUN, with all that takes the run back without unwedge.
# Usage: apply-begin.sh RUN NAME JSON [FILE TEXT]…     NAME: of the host; a second name of it gets a journal of its own, RUN:NAME.
#   JSON: the run's first event. FILE TEXT: the scripts beside it.
# Exit: 0 it is there, 119 it can't be: why is on stderr.
set -u
umask 077
name=$2 json=$3
root=${UNWEDGE_HOST_DIR:-/var/lib/unwedge}
[ "$(id -u)" -eq 0 ] || root=${UNWEDGE_HOST_DIR:-${HOME:-}/.unwedge}
journal=$root/runs/$1
shift 3
refuse() { echo "the host's journal $journal can't be written ($1), so nothing was changed" >&2; exit 119; }
private() {
  [ ! -h "$1" ] || refuse "$1 is a symbolic link"
  [ -d "$1" ] || why=$(mkdir -p "$1" 2>&1) || refuse "${why##*: }"
  [ -O "$1" ] || refuse "$1 belongs to somebody else"
  why=$(chmod 700 "$1" 2>&1) || refuse "${why##*: }"
}
private "$root"
private "$root/runs"
# Of two names that come at the same time one makes it.
mkdir "$journal" 2>/dev/null || [ ! -d "$journal" ] || [ "$(cat "$journal/name" 2>/dev/null)" = "$name" ] || journal=$journal:$name
private "$journal"
for other in "$root"/runs/*/armed-*; do
  [ -e "$other" ] || continue
  other=${other%/*}
  [ "${other%:*}" != "${journal%:*}" ] || continue
  echo "run ${other##*/} waits for its confirmation on this host, which takes it back without: nothing was changed" >&2
  exit 119
done
for other in "$root"/runs/*/lock; do
  { [ -e "$other" ] && command -v flock >/dev/null; } || continue
  # undo.sh holds it as long as it is at work.
  (flock -n 9) 9>>"$other" && continue
  other=${other%/*}
  echo "run ${other##*/} is being taken back on this host: nothing was changed" >&2
  exit 119
done
write() { # FILE TEXT: flushed; coreutils 8.22 has no sync FILE
  why=$(printf '%s\n' "$2" | dd of="$journal/$1" conv=fsync 2>&1) && [ "$(cat "$journal/$1")" = "$2" ] && return
  refuse "$(printf '%s\n' "$why" | sed -n -e '1s/.*: //p')"
}
while [ $# -gt 0 ]; do
  write "$1" "$2"
  shift 2
done
# Last: with it, the journal is begun.
write name "$name"
[ -e "$journal/run.json" ] || write run.json "$json"
sh "$journal/prune.sh" 30 50 65536
exit 0
