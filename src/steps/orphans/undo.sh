#!/bin/sh
# Makes the directories again that were left of a container: with the mode and owner that they had. What is there is kept.
# Usage: undo.sh ROOT ID [MODE UID GID PATH]…     PATH: below ROOT/containers/ID, the deepest first
# Exit: 0 they are there, 9 there is something else in their place (kept), 1 they can't be made.
set -u
directory=$1/containers/$2
shift 2
[ ! -h "$directory" ] || { echo "$directory is a symbolic link by now" >&2; exit 9; }
make() { # deepest first in the list, so the rest of it comes before
  [ $# -gt 0 ] || return 0
  mode=$1 uid=$2 gid=$3 path=$directory${4:+/$4}
  (shift 4; make "$@") || return
  [ -d "$path" ] && return
  [ ! -e "$path" ] || { echo "$path is no directory" >&2; return 9; }
  mkdir -m "$mode" "$path" && chown "$uid:$gid" "$path" && chmod "$mode" "$path" || return 1
}
make "$@"
