#!/bin/sh
# Asks dockerd itself whether it would start with a daemon.json, where it can tell without starting (23.0 and later). Only looks.
# Usage: validate-config.sh PROGRAM BASE64
# Exit: 0 it would, or it can't tell; 1 it would not: its words are on stderr.
set -u
program=$1 content=$2
timeout 20 "$program" --help 2>/dev/null | grep -q -e '--validate' || exit 0
# By stdin: a dry run writes no file, and the content may hold secrets.
said=$(printf '%s' "$content" | base64 -d | timeout 20 "$program" --validate --config-file /dev/stdin 2>&1) && exit 0
printf '%s\n' "$said" >&2
exit 1
