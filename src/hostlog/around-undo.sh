#!/bin/sh
# Takes one change back for a controller, and tells the host's own journal. What that says is taken back is not done twice.
# Usage: around-undo.sh RUN NAME SEQS DUE SECONDS JOURNAL [ARGUMENT…]     with the undo's own script as $UNWEDGE_INNER
#   SEQS: the changes for which it stands, blank-separated. DUE: those of them that are due once more after it. SECONDS: it may take.
#   JOURNAL: which one must be there: own, of NAME; any, of the run; none
# Exit: the script's own; 0 the host has done it by itself; 117 the journal is not there: nothing was done.
set -u
umask 077
undo=$UNWEDGE_INNER seqs=$3 due=$4 seconds=$5 wanted=$6
unset UNWEDGE_INNER
root=${UNWEDGE_HOST_DIR:-/var/lib/unwedge}
[ "$(id -u)" -eq 0 ] || root=${UNWEDGE_HOST_DIR:-${HOME:-}/.unwedge}
journal=$root/runs/$1
[ ! -d "$journal:$2" ] || journal=$journal:$2
case $wanted in
  own) [ "$(cat "$journal/name" 2>/dev/null)" = "$2" ] || exit 117 ;;
  any) [ -e "$journal/name" ] || exit 117 ;;
esac
shift 6
tab=$(printf '\t')
note() { # WORD SEQS [REASON]
  [ ! -d "$journal" ] || for seq in $2; do
    printf '%s\t%s\t%s%s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" "$seq" "${3:+$tab$3}" >>"$journal/log"
  done
}
# The last word of each. In the shell alone: a program that is missing would have it done twice.
done_already() {
  for seq in $seqs; do
    last=
    while IFS=$tab read -r _ word of _; do [ "$of" != "$seq" ] || last=$word; done <"$journal/log" || return 1
    [ "$last" = undone ] || return 1
  done
}
if [ -d "$journal" ]; then
  # Too late where the host does it itself at this moment: undo.sh holds the lock until it is through.
  sh "$journal/deadman.sh" push "$((seconds + 60))" 2>/dev/null
  exec 9>"$journal/lock"
  ! command -v flock >/dev/null || flock 9
  ! { [ -e "$journal/log" ] && done_already; } || exit 0
fi
note undoing "$seqs"
said=$( (eval "$undo") 2>&1 >/dev/null 9>&-)
code=$?
[ "$code" != 117 ] || code=1
[ -z "$said" ] || printf '%s\n' "$said" >&2
if [ "$code" = 0 ]; then
  note undone "$seqs"
  note undo-failed "$due" 'done again for what is back; it is due once more when the rest is'
else
  note undo-failed "$seqs" "$(printf '%s' "${said:-exit code $code}" | tr '\n\t' '  ')"
fi
exit "$code"
