#!/bin/sh
# Which drop-ins of a unit systemd reads after this one, that give the same setting a value, too. Only looks.
# Usage: probe.sh PATH SETTING
# Prints their paths, one a line.
# Exit: 0 done.
set -u
own=${1%/*} unit=${1%/*}
unit=${unit##*/}
type=${unit%.d}
type=${type##*.}.d
# Those of the unit, and those of all units of its type (systemd 244).
seen=''
set -- "$@" "$own"/*.conf
for place in "${own%/*}" /etc/systemd/system /run/systemd/system /usr/local/lib/systemd/system /usr/lib/systemd/system; do
  case $seen in *":$place:"*) continue ;; esac
  seen=$seen:$place:
  [ "$place/$unit" = "$own" ] || set -- "$@" "$place/$unit"/*.conf
  [ "$place/$type" = "$own" ] || set -- "$@" "$place/$type"/*.conf
done
path=$1 setting=$2
shift 2
for file; do
  name=${file##*/}
  # In the order of their names, whatever the directory; the first directory that has a name hides it in the others.
  LC_ALL=C expr "x$name" '>' "x${path##*/}" >/dev/null || continue
  [ "${file%/*}" = "$own" ] || ! [ -e "$own/$name" ] || continue
  grep -qs "^[[:space:]]*${setting}[[:space:]]*=" "$file" && printf '%s\n' "$file"
done
exit 0
