#!/bin/sh
# The drop-in file as it is. Only looks.
# Usage: probe.sh PATH
# Prints one record: absent | file MODE UID GID BASE64 | odd WHAT, tab-separated; then "directory" where its directory exists.
# Exit: 0 done, 1 it can't be read.
set -u
path=$1
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
[ -d "${path%/*}" ] && echo directory
exit 0
