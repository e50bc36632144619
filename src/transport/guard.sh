#!/bin/sh
# Starts the agent in a session, and so a process group, of its own and outlives it: nothing of that group is left behind.
# Usage: guard.sh with the agent's text in $UNWEDGE_AGENT and the requests on stdin
# Exit codes: the agent's; 137 where its group was killed; 1 not Linux: nothing was started, and stdout has uname's word.
set -u
case $(uname 2>/dev/null) in
  Linux | '') ;;
  *) uname && exit 1 ;;
esac
export UNWEDGE_AGENT
# A shell gives its background jobs /dev/null as stdin.
exec 3<&0
# shellcheck disable=SC2016
setsid sh -c 'eval "$UNWEDGE_AGENT"' unwedge <&3 3<&- &
agent=$!
exec 3<&- </dev/null
trap 'kill -KILL "-$agent"' HUP INT TERM
wait "$agent" 2>/dev/null
code=$?
kill -KILL "-$agent" 2>/dev/null
exit "$code"
