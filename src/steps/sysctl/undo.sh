#!/bin/sh
# Puts a kernel setting back, if it still is what apply.sh has set.
# Usage: undo.sh PATH OLD NEW
# Exit: 0 it is OLD, 9 somebody has set it to something else since (kept), 1 the kernel does not take it.
set -u
path=$1 old=$2 new=$3
# The kernel separates by tabs, people by blanks.
# shellcheck disable=SC2046
value() { set -f; set -- $(cat "$path"); echo "$*"; }
[ -e "$path" ] || { echo "$path is gone" >&2; exit 9; }
now=$(value)
[ "$now" != "$old" ] || exit 0
[ "$now" = "$new" ] || { echo "$path has been set to $now since: kept as it is" >&2; exit 9; }
printf '%s\n' "$old" >"$path" || exit 1
[ "$(value)" = "$old" ] || { echo "the kernel made '$(value)' of '$old'" >&2; exit 1; }
