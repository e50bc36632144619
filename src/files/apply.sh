#!/bin/sh
# Writes a file: beside it first, flushed, then renamed over it, so that it is never half there.
# Usage: apply.sh PATH kept|made MODE UID GID BASE64 OLD_MODE|absent OLD_UID OLD_GID OLD_BASE64
#   made: its directory is made, too, if need be.
# Exit: 0 written, 9 the file is no longer as planned (nothing done), 1 could not write (nothing changed).
set -u
path=$1 mode=$3 uid=$4 gid=$5 content=$6 old_mode=$7 old_state="$7 $8 $9" old_content=${10}
directory=${path%/*}
made=
drifted() { echo "$1" >&2; exit 9; }
failed() { echo "$1" >&2; exit 1; }
if [ "$old_mode" = absent ]; then
  if [ -e "$path" ] || [ -h "$path" ]; then drifted "$path is there by now"; fi
elif [ -h "$path" ] || ! [ -f "$path" ] || [ "$(stat -c '%a %u %g' "$path")" != "$old_state" ] ||
  [ "$(base64 -w 0 <"$path")" != "$old_content" ]; then
  drifted "$path has changed since"
elif [ "$(stat -c %h "$path")" -gt 1 ]; then
  drifted "$path has been given another name (hard link) since"
fi
# Programs that read all *.conf of a directory must not read it.
new=$directory/.unwedge.$$
# rmdir leaves a directory that holds something.
trap 'rm -f "$new"; [ -z "$made" ] || rmdir "$directory" 2>/dev/null' EXIT
trap 'exit 143' HUP INT TERM
[ -d "$directory" ] || { mkdir -m 755 "$directory" && made=yes; } || exit 1
umask 077 # it may hold secrets
# SELinux label, ACL and further attributes; busybox's cp can't, nor has it any.
[ "$old_mode" = absent ] || cp --attributes-only --preserve=all "$path" "$new" 2>/dev/null
# coreutils 8.22 has no sync FILE; dd flushes.
printf '%s' "$content" | base64 -d | dd of="$new" conv=fsync 2>/dev/null || failed "cannot write to $directory: is the disk full or read-only?"
[ "$(base64 -w 0 <"$new")" = "$content" ] || failed "$directory did not take the whole file: is the disk full?"
# A change of owner takes setuid and setgid away.
chown "$uid:$gid" "$new" && chmod "$mode" "$new" && mv -f "$new" "$path" && made=
