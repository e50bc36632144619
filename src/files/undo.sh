#!/bin/sh
# Restores what apply.sh replaced: bytes, mode and owner, or the file's absence. What somebody changed since is kept.
# Usage: undo.sh PATH kept|made MODE UID GID BASE64 OLD_MODE|absent OLD_UID OLD_GID OLD_BASE64
#   made: the directory was made for it, and goes with it if it is empty.
# Exit: 0 restored (or nothing to restore), 9 changed since by somebody else (kept), 1 could not write.
set -u
path=$1 made=$2 mine="$3 $4 $5 $6" my_content=$6 mode=$7 uid=$8 gid=$9 content=${10}
directory=${path%/*}
keep() { echo "$path $1" >&2; exit 9; }
failed() { echo "$1" >&2; exit 1; }
if [ -h "$path" ]; then
  keep 'has become a symbolic link: kept as it is'
elif [ ! -e "$path" ]; then
  [ "$mode" = absent ] || keep 'has been removed since'
else
  [ -f "$path" ] || keep 'is no plain file any more: kept as it is'
  bytes=$(base64 -w 0 <"$path") || exit 1
  now="$(stat -c '%a %u %g' "$path") $bytes"
  [ "$now" != "$mode $uid $gid $content" ] || exit 0
  if [ "$now" != "$mine" ]; then
    [ "$bytes" != "$my_content" ] || keep 'has been given another mode or owner since: kept as it is'
    keep 'has been changed since: kept as it is'
  fi
fi
if [ "$mode" = absent ]; then
  rm -f "$path" || exit 1
  [ "$made" = kept ] || rmdir "$directory" 2>/dev/null
  exit 0
fi
new=$directory/.unwedge.$$
trap 'rm -f "$new"' EXIT
trap 'exit 143' HUP INT TERM
umask 077 # it may hold secrets
# SELinux label, ACL and further attributes; busybox's cp can't, nor has it any.
cp --attributes-only --preserve=all "$path" "$new" 2>/dev/null
printf '%s' "$content" | base64 -d | dd of="$new" conv=fsync 2>/dev/null || failed "cannot write to $directory: is the disk full or read-only?"
[ "$(base64 -w 0 <"$new")" = "$content" ] || failed "$directory did not take the whole file: is the disk full?"
# A change of owner takes setuid and setgid away.
chown "$uid:$gid" "$new" && chmod "$mode" "$new" && mv -f "$new" "$path"
