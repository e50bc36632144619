#!/bin/sh
# Restores the file that the drop-in replaced: bytes, mode and owner; or its absence. What somebody changed since is kept.
# Usage: undo.sh PATH kept|made MODE UID GID BASE64 OLD_MODE|absent OLD_UID OLD_GID OLD_BASE64
#   made: the directory was made for it, and goes with it if it is empty.
# Exit: 0 restored (or nothing to restore), 9 changed since by somebody else (kept), 1 could not write.
set -u
path=$1 made=$2 mine=$6 mode=$7 uid=$8 gid=$9 content=${10}
directory=${path%/*}
drifted() { echo "$1" >&2; exit 9; }
if [ -h "$path" ]; then
  drifted "$path has become a symbolic link: kept as it is"
elif [ ! -e "$path" ]; then
  [ "$mode" = absent ] || drifted "$path has been removed since"
else
  now=$(base64 -w 0 <"$path")
  if [ "$mode" != absent ] && [ "$now" = "$content" ]; then exit 0; fi
  [ "$now" = "$mine" ] || drifted "$path has been changed since: kept as it is"
fi
if [ "$mode" = absent ]; then
  rm -f "$path" || exit 1
  [ "$made" = kept ] || rmdir "$directory" 2>/dev/null
  exit 0
fi
new=$directory/.unwedge.$$
trap 'rm -f "$new"' EXIT
umask 077 # an environment may hold secrets
printf '%s' "$content" | base64 -d | dd of="$new" conv=fsync 2>/dev/null || { echo "cannot write to $directory: is the disk full or read-only?" >&2; exit 1; }
[ "$(base64 -w 0 <"$new")" = "$content" ] || { echo "$directory did not take the whole file: is the disk full?" >&2; exit 1; }
# A change of owner takes setuid and setgid away.
chown "$uid:$gid" "$new" && chmod "$mode" "$new" && mv -f "$new" "$path"
