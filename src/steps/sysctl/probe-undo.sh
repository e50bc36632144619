#!/bin/sh
# Looks what undo.sh would come to. Only looks.
# Usage: probe-undo.sh PATH OLD NEW
# Exit: 0 it would be OLD, 9 somebody has set it to something else since: it would be kept, 1 it can't be written.
set -u
# shellcheck source=src/files/mounted.sh
. "${0%/*}/../../files/mounted.sh"
path=$1 old=$2 new=$3
# The kernel separates by tabs, people by blanks.
# shellcheck disable=SC2046
value() { set -f; set -- $(cat "$path"); echo "$*"; }
[ -e "$path" ] || { echo "$path is gone" >&2; exit 9; }
now=$(value)
[ "$now" != "$old" ] || exit 0
[ "$now" = "$new" ] || { echo "$path has been set to $now since: kept as it is" >&2; exit 9; }
if ! [ -w "$path" ] || [ "$(mounted "$path")" = ro ]; then
  echo "$path can't be written" >&2
  exit 1
fi
