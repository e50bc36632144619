#!/bin/sh
# Runs the playbook's own undo of a command.
# Usage: undo.sh PROGRAM [ARGUMENT…]     PROGRAM: shell text; the arguments are its $1, $2, …
# Exit: as the program's.
set -u
# Every local user can read a command line, and both may hold secrets: they reach the program's own shell by a pipe.
words() {
  for word; do
    case $word in *\'*) word=$(printf '%s.\n' "$word" | sed "s/'/'\\\\''/g") word=${word%.} ;; esac
    printf " '%s'" "$word"
  done
}
program=$1
shift
# shellcheck disable=SC2016 # that shell expands it
{
  { printf 'exec 9<&-; set --' && words "$@" && printf '; eval' && words "$program"; } |
    sh -c 'eval "$(cat <&9)"' sh 9<&0 0<&8 8<&-
} 8<&0
