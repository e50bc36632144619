#!/bin/sh
# Writes a line to a file that still says what it said; an empty line: that is not there.
# Usage: apply.sh PATH BEFORE AFTER
# Exit: 0 written, 9 it says something else by now and nothing was done, 1 it can't be written.
set -u
now=$(head -n 1 "$1" 2>/dev/null)
if [ "$now" != "$2" ]; then
  echo "$1 says \"$now\" by now" >&2
  exit 9
fi
printf '%s\n' "$3" >"$1" || exit 1
