#!/bin/sh
# Looks what undo.sh would come to. Only looks.
# Usage: probe-undo.sh ROOT ID [MODE UID GID PATH]…     as undo.sh
# Exit: 0 they would be there, 9 there is something else in their place: it would be kept.
set -u
directory=$1/containers/$2
shift 2
[ ! -h "$directory" ] || { echo "$directory is a symbolic link by now" >&2; exit 9; }
while [ $# -gt 0 ]; do
  path=$directory${4:+/$4}
  { [ -d "$path" ] || [ ! -e "$path" ]; } || { echo "$path is no directory" >&2; exit 9; }
  shift 4
done
exit 0
