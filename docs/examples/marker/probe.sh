#!/bin/sh
# Prints the first line of a file; nothing where there is none.
# Usage: probe.sh PATH
# Exit: 0 it was looked at, 1 it can't be read.
set -u
[ -e "$1" ] || exit 0
head -n 1 "$1"
