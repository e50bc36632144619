#!/bin/sh
# Looks what undo.sh would come to. Only looks.
# Usage: probe-undo.sh PATH kept|made MODE UID GID BASE64 OLD_MODE|absent OLD_UID OLD_GID OLD_BASE64     as undo.sh
# Exit: 0 it would restore (or has nothing to), 9 changed since by somebody else: it would be kept, 1 it can't be read or written.
set -u
# shellcheck source=src/files/mounted.sh
. "${0%/*}/mounted.sh"
path=$1 mine="$3 $4 $5 $6" my_content=$6 mode=$7 uid=$8 gid=$9 content=${10}
keep() { echo "$path $1" >&2; exit 9; }
if [ -h "$path" ]; then
  keep 'has become a symbolic link: kept as it is'
elif [ ! -e "$path" ]; then
  [ "$mode" = absent ] && exit 0
  keep 'has been removed since'
fi
[ -f "$path" ] || keep 'is no plain file any more: kept as it is'
bytes=$(base64 -w 0 <"$path") || exit 1
now="$(stat -c '%a %u %g' "$path") $bytes"
[ "$now" != "$mode $uid $gid $content" ] || exit 0
if [ "$now" != "$mine" ]; then
  [ "$bytes" != "$my_content" ] || keep 'has been given another mode or owner since: kept as it is'
  keep 'has been changed since: kept as it is'
fi
if ! [ -w "${path%/*}" ] || [ "$(mounted "${path%/*}")" = ro ]; then
  echo "cannot write to ${path%/*}: is it read-only?" >&2
  exit 1
fi
[ "$(mounted "$path")" != own ] || { echo "$path is a mount of its own" >&2; exit 1; }
