#!/bin/sh
# Asks dockerd itself whether it would start with this daemon.json, where it can tell without starting (23.0 and later). Only looks.
# Usage: probe-validity.sh PROGRAM FILE
# Exit: 0 it would, or it can't tell; 1 it would not: its words are on stderr.
set -u
program=$1 file=$2
timeout 20 "$program" --help 2>/dev/null | grep -q -e '--validate' || exit 0
said=$(timeout 20 "$program" --validate --config-file "$file" 2>&1) && exit 0
printf '%s\n' "$said" >&2
exit 1
