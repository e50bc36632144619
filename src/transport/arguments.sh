#!/bin/sh
# Turns $UNWEDGE_ARGS into "$@": each argument ends with |; in it, printf's escapes stand for backslash, | and newline.
# Sent in the place of a host script's first line, joined to one line: the script's line numbers stay true.
# Usage: UNWEDGE_ARGS='first|second|' sh -c '. ./arguments.sh; printf "%s\n" "$@"'
# Exit: never; it ends with "$@" set and its own variables gone.
set -f; unwedge_ifs=$IFS; IFS='|';
for unwedge_arg in $UNWEDGE_ARGS; do
  case $unwedge_arg in *\\*) unwedge_arg=$(printf '%b.' "$unwedge_arg"); unwedge_arg=${unwedge_arg%.} ;; esac;
  set -- "$@" "$unwedge_arg";
done;
set +f; IFS=$unwedge_ifs; unset UNWEDGE_ARGS UNWEDGE_SCRIPT unwedge_arg unwedge_ifs;
