#!/bin/sh
# Which of these options dockerd's program can't know: their names stand nowhere in it. Only looks.
# Usage: unknown-options.sh PROGRAM OPTION…
# Prints the unknown ones, one a line. Exit: 0 done, 1 the program can't be read.
set -u
program=$1
shift
[ -r "$program" ] || { echo "cannot read $program" >&2; exit 1; }
for option in "$@"; do
  LC_ALL=C grep -qaF -e "$option" "$program" || printf '%s\n' "$option"
done
