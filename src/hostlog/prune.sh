#!/bin/sh
# Takes journals of earlier runs away from a host: those that are older than DAYS, not among the newest RUNS, or beyond KIB together. One
# is kept all the same where a change has come to no certain end, or the host waits for its confirmation.
# Usage: prune.sh DAYS RUNS KIB     beside the journal of the run that is at work
# Exit: 0 done.
set -u
days=$1 runs=$2 kib=$3 journal=${0%/*}
in_doubt() { # DIRECTORY
  set -- "$1"/[0-9]*.sh "$1"/log "$1"/armed-*
  for file; do
    shift
    case $file in *'*'* | *'[0-9]'*) continue ;; */armed-*) return 0 ;; esac
    [ ! -e "$file" ] || set -- "$@" "$file"
  done
  [ $# -gt 0 ] || return 1
  ! awk -F '\t' '
    FILENAME ~ /\.sh$/ { if (FNR == 1) { n = FILENAME; gsub(/.*\/|\.sh$/, "", n); open[n] = 1 } next }
    ($2 == "ended" && $4 ~ /^[039]$/) || $2 == "undone" || $2 == "irreversible" { delete open[$3] }
    $2 == "undoing" || $2 == "undo-failed" { open[$3] = 1 }
    END { for (n in open) exit 1 }' "$@"
}
# The newest first: names begin with the time.
newest=
for old in "${journal%/*}"/*; do newest="$old
$newest"; done
count=0 size=0
printf '%s' "$newest" | while IFS= read -r old; do
  count=$((count + 1)) size=$((size + $(du -sk "$old" | cut -f 1)))
  [ "$old" != "$journal" ] || continue
  [ "$count" -gt "$runs" ] || [ "$size" -gt "$kib" ] || [ -n "$(find "$old" -prune -mtime "+$days")" ] || continue
  in_doubt "$old" || rm -rf "$old"
done
exit 0
