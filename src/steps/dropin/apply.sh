#!/bin/sh
# Writes the drop-in: beside it first, flushed, then renamed over it, so that it is never half there.
# Usage: apply.sh PATH kept|made MODE UID GID BASE64 OLD_MODE|absent OLD_UID OLD_GID OLD_BASE64
# Exit: 0 written, 9 the file is no longer as planned (nothing done), 1 could not write (nothing changed).
set -u
path=$1 mode=$3 uid=$4 gid=$5 content=$6 old_mode=$7 old_state="$7 $8 $9" old_content=${10}
directory=${path%/*}
made=
drifted() { echo "$1" >&2; exit 9; }
if [ "$old_mode" = absent ]; then
  if [ -e "$path" ] || [ -h "$path" ]; then drifted "$path is there by now"; fi
elif [ -h "$path" ] || ! [ -f "$path" ] || [ "$(stat -c '%a %u %g' "$path")" != "$old_state" ] ||
  [ "$(base64 -w 0 <"$path")" != "$old_content" ]; then
  drifted "$path has changed since"
fi
# Not .conf: systemd must not read it.
new=$directory/.unwedge.$$
# rmdir leaves a directory that holds something.
trap 'rm -f "$new"; [ -z "$made" ] || rmdir "$directory" 2>/dev/null' EXIT
[ -d "$directory" ] || { mkdir -m 755 "$directory" && made=yes; } || exit 1
umask 077 # an environment may hold secrets
# coreutils 8.22 has no sync FILE; dd flushes.
printf '%s' "$content" | base64 -d | dd of="$new" conv=fsync 2>/dev/null || { echo "cannot write to $directory: is the disk full or read-only?" >&2; exit 1; }
[ "$(base64 -w 0 <"$new")" = "$content" ] || { echo "$directory did not take the whole file: is the disk full?" >&2; exit 1; }
# A change of owner takes setuid and setgid away.
chown "$uid:$gid" "$new" && chmod "$mode" "$new" && mv -f "$new" "$path"
