#!/bin/sh
# Sets a kernel setting.
# Usage: apply.sh PATH OLD NEW
# Exit: 0 set, 9 it is no longer OLD (nothing done), 1 the kernel does not take it (OLD is back).
set -u
path=$1 old=$2 new=$3
# The kernel separates by tabs, people by blanks.
# shellcheck disable=SC2046
value() { set -f; set -- $(cat "$path"); echo "$*"; }
[ -e "$path" ] || { echo "$path is gone" >&2; exit 9; }
now=$(value)
[ "$now" = "$old" ] || { echo "$path is $now by now" >&2; exit 9; }
printf '%s\n' "$new" >"$path" || exit 1
now=$(value)
[ "$now" != "$new" ] || exit 0
printf '%s\n' "$old" >"$path"
echo "the kernel made '$now' of '$new'" >&2
exit 1
