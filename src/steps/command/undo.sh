#!/bin/sh
# Runs the playbook's own undo of a command.
# Usage: undo.sh PROGRAM [ARGUMENT…]     PROGRAM: shell text; the arguments are its $1, $2, …
# Exit: as the program's.
set -u
program=$1
shift
exec sh -c "$program" sh "$@"
