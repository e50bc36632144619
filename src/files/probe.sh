#!/bin/sh
# A file as it is, and why it could not be replaced. Only looks.
# Usage: probe.sh PATH
# Prints one record: absent | file MODE UID GID BASE64 | odd WHAT, tab-separated; then "directory" where its directory exists;
# then "closed WHY" where neither it nor a file beside it could be written.
# Exit: 0 done, 1 it can't be read.
set -u
path=$1 directory=${1%/*}
if [ -h "$path" ]; then
  printf 'odd\tsymbolic link\n'
elif [ -f "$path" ]; then
  content=$(base64 -w 0 <"$path") || exit 1
  printf 'file\t%s\t%s\n' "$(stat -c '%a	%u	%g' "$path")" "$content"
elif [ -e "$path" ]; then
  printf 'odd\t%s\n' "$(stat -c %F "$path")"
else
  printf 'absent\n'
fi
[ -d "$directory" ] && echo directory
closed() { printf 'closed\t%s %s\n' "$1" "$2"; exit 0; }
# Without the directory it is the one above that must take it.
above=${directory%/*}
for place in "$path" "$directory" "${above:-/}"; do
  [ -e "$place" ] || continue
  flags=$(lsattr -d "$place" 2>/dev/null)
  case ${flags%% *} in *[ia]*) closed "$place" 'is immutable or append-only (lsattr -d)' ;; esac
  if ! [ -w "$place" ]; then
    # root passes every mode; what is left is the filesystem.
    [ "$(id -u)" -eq 0 ] || closed "$place" "is not writable for $(id -un)"
    closed "$place" 'is on a filesystem that is read-only'
  fi
  [ "$place" != "$directory" ] || break
done
exit 0
