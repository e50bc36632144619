#!/bin/sh
# The drop-in file as it is. Only looks.
# Usage: probe.sh PATH [SETTING]
# Prints one record: absent | file MODE UID GID BASE64 | odd WHAT, tab-separated; then "directory" where its directory exists;
# then "later FILE" for each drop-in of the unit that systemd reads after it and that gives SETTING a value, too.
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
[ $# -gt 1 ] || exit 0
own=${path%/*} unit=${path%/*}
unit=${unit##*/}
for file in "$own"/*.conf /run/systemd/system/"$unit"/*.conf /usr/local/lib/systemd/system/"$unit"/*.conf /usr/lib/systemd/system/"$unit"/*.conf; do
  name=${file##*/}
  # In the order of their names, whatever the directory; the first directory that has a name hides it in the others.
  LC_ALL=C expr "x$name" '>' "x${path##*/}" >/dev/null || continue
  [ "${file%/*}" = "$own" ] || ! [ -e "$own/$name" ] || continue
  grep -qs "^[[:space:]]*$2[[:space:]]*=" "$file" && printf 'later\t%s\n' "$file"
done
exit 0
