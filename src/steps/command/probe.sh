#!/bin/sh
# Whether the playbook's command is needed: runs its `check`, which must only look.
# Usage: probe.sh PROGRAM [ARGUMENT…]     PROGRAM: shell text; the arguments are its $1, $2, …
# Exit: as the program's.
set -u
program=$1
shift
exec sh -c "$program" sh "$@"
