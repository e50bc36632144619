#!/bin/sh
# Turns $UNWEDGE_ARGS into "$@": each argument ends with |; in it, printf's escapes stand for backslash, | and newline.
# Sent in the place of a host script's first line, joined to one line: the script's line numbers stay true.
while [ -n "$UNWEDGE_ARGS" ]; do
  unwedge_arg=${UNWEDGE_ARGS%%"|"*}; UNWEDGE_ARGS=${UNWEDGE_ARGS#*"|"};
  case $unwedge_arg in *\\*) unwedge_arg=$(printf '%b.' "$unwedge_arg"); unwedge_arg=${unwedge_arg%.} ;; esac;
  set -- "$@" "$unwedge_arg";
done;
unset UNWEDGE_ARGS UNWEDGE_RUN unwedge_arg;
