#!/bin/sh
# How the agent takes the host's lock: a kernel lock on a descriptor (5) of its own, which its jobs inherit. It is free once
# the session and all of its jobs are gone, however they ended.
# Usage: take_lock RUN RECORD; it comes before agent.sh. RECORD: one line, with RUN as its first word, for those that come later
# Exit: take_lock: 0 it is held; 1 another run holds it (its record on stdout); 2 there can be no lock (stderr says why)
set -u

# /run is new after each boot, and only root writes there. UNWEDGE_LOCK: for a machine that plays several hosts in a test.
lock=${UNWEDGE_LOCK:-}
[ -n "$lock" ] || if [ -w /run ]; then lock=/run/unwedge.lock; else lock=${HOME:-}/.unwedge.lock; fi

holder_is() { read -r holder _ <"$lock" && [ "$holder" = "$1" ]; }

take_lock() {
  command -v flock >/dev/null || { echo 'the host has no flock(1)' >&4; return 2; }
  # Whoever can open it can hold it: nobody else.
  (umask 077; : >>"$lock") || { echo "$lock cannot be written" >&4; return 2; }
  exec 5<>"$lock"
  if flock -n -x 5; then
    printf '%s\n' "$2" >"$lock"
    # Shared: two names of an inventory may be one host, and a run that comes back may find its own job still at work.
    flock -n -s 5 && return 0
  elif holder_is "$1" && flock -n -s 5 && holder_is "$1"; then
    return 0
  fi
  exec 5<&-
  cat "$lock"
  return 1
}
