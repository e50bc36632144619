#!/bin/sh
# Looks what an undo would come to; first, what the host's own journal says, as around-undo.sh does. Only looks.
# Usage: around-look.sh RUN NAME SEQS JOURNAL [ARGUMENT…]     with the look's own script as $UNWEDGE_INNER; see around-undo.sh
# Exit: the script's own; 0 it is taken back already; 117 the journal is not there.
set -u
look=$UNWEDGE_INNER seqs=$3 wanted=$4
unset UNWEDGE_INNER
root=${UNWEDGE_HOST_DIR:-/var/lib/unwedge}
[ "$(id -u)" -eq 0 ] || root=${UNWEDGE_HOST_DIR:-${HOME:-}/.unwedge}
journal=$root/runs/$1
[ ! -d "$journal:$2" ] || journal=$journal:$2
case $wanted in
  own) [ "$(cat "$journal/name" 2>/dev/null)" = "$2" ] || exit 117 ;;
  any) [ -e "$journal/name" ] || exit 117 ;;
esac
shift 4
! awk -F '\t' -v seqs="$seqs" '
  BEGIN { n = split(seqs, seq, " ") }
  { last[$3] = $2 }
  END { for (i = 1; i <= n; i++) if (last[seq[i]] != "undone") exit 1 }' "$journal/log" 2>/dev/null || exit 0
eval "$look"
