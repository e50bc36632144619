#!/bin/sh
# Puts a file back that apply.sh has written; an empty line: takes it away.
# Usage: undo.sh PATH WRITTEN BEFORE
# Exit: 0 it is back, 9 it says something else by now and is kept, 1 it can't be put back.
set -u
now=$(head -n 1 "$1" 2>/dev/null)
[ "$now" != "$3" ] || exit 0
if [ "$now" != "$2" ]; then
  echo "$1 says \"$now\" by now" >&2
  exit 9
fi
if [ -z "$3" ]; then rm "$1"; else printf '%s\n' "$3" >"$1"; fi
