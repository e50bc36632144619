#!/bin/sh
# Which drop-ins of a unit systemd reads after this one, that give the same setting a value, too. Only looks.
# Usage: probe.sh PATH SETTING
# Prints their paths, one a line.
# Exit: 0 done.
set -u
own=${1%/*} unit=${1%/*}
unit=${unit##*/}
for file in "$own"/*.conf /run/systemd/system/"$unit"/*.conf /usr/local/lib/systemd/system/"$unit"/*.conf /usr/lib/systemd/system/"$unit"/*.conf; do
  name=${file##*/}
  # In the order of their names, whatever the directory; the first directory that has a name hides it in the others.
  LC_ALL=C expr "x$name" '>' "x${1##*/}" >/dev/null || continue
  [ "${file%/*}" = "$own" ] || ! [ -e "$own/$name" ] || continue
  grep -qs "^[[:space:]]*$2[[:space:]]*=" "$file" && printf '%s\n' "$file"
done
exit 0
