#!/bin/sh
# Makes one change as the host's own journal wants it: how it is taken back is on the disk before, what it came to is told after.
# Usage: around-change.sh RUN NAME SEQ SECONDS CONFIRM UNDO [ARGUMENT…]     with the change's own script as $UNWEDGE_INNER
#   SECONDS: it may take. UNDO: the text of SEQ.sh, which takes it back. CONFIRM: seconds after it in which a controller must confirm
#   the run, or the host takes it back itself; 0: no change so far asks for that.
# Exit: the script's own; it was not run: 118 the journal is not begun, 119 it can't be written (stderr says why).
set -u
umask 077
change=$UNWEDGE_INNER seq=$3 seconds=$4 confirm=$5 undo=$6
unset UNWEDGE_INNER
root=${UNWEDGE_HOST_DIR:-/var/lib/unwedge}
[ "$(id -u)" -eq 0 ] || root=${UNWEDGE_HOST_DIR:-${HOME:-}/.unwedge}
journal=$root/runs/$1
[ ! -d "$journal:$2" ] || journal=$journal:$2
shift 6
[ -e "$journal/run.json" ] || exit 118
refuse() { rm -f "$journal/$seq.sh"; echo "$1, so nothing was changed" >&2; exit 119; }
note() { printf '%s\t%s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" >>"$journal/log"; }
tab=$(printf '\t')

if [ "$confirm" -gt 0 ]; then
  why=$(sh "$journal/arm.sh" "$((seconds + confirm))" "$confirm" 2>&1) || refuse "$why"
elif [ -e "$journal/fired" ]; then
  refuse 'the host has taken the run back itself'
fi
# The kernel's log is one sequence: with this file's fsync all that was named before it is on the disk (ext4, xfs, btrfs); sync of the
# directory is for others. coreutils 8.22 would sync every disk, which a dead network mount hangs.
{ why=$(printf '%s\n' "$undo" | dd of="$journal/$seq.sh" conv=fsync 2>&1) && [ "$(cat "$journal/$seq.sh")" = "$undo" ]; } ||
  refuse "the host's journal $journal can't be written ($(printf '%s\n' "$why" | sed -n -e '1s/.*: //p'))"
case $(sync --version 2>&1; sync --help 2>&1) in
  *uutils*) ;; # It syncs every disk, too, whatever its help says.
  *FILE*) timeout 20 sync "$journal" 2>/dev/null ;;
esac
read -r self _ </proc/self/stat
start=$(sed 's/^.*) //' "/proc/$self/stat" | cut -d ' ' -f 20)
why=$(note "begun$tab$seq$tab$self$tab$start$tab$(cat /proc/sys/kernel/random/boot_id)" 2>&1) || refuse "the host's journal can't be written (${why##*: })"

# A controller that goes away ends the script; this shell tells what it came to.
trap : HUP INT TERM
(
  trap - HUP INT TERM
  eval "$change"
)
code=$?
case $code in 118 | 119) code=1 ;; esac
note "ended$tab$seq$tab$code"
[ "$confirm" -eq 0 ] || sh "$journal/deadman.sh" push "$confirm" 2>/dev/null
exit "$code"
