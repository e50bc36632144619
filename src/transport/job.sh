#!/bin/sh
# How the agent runs a job, limits it and ends it.
# Usage: these functions come before agent.sh; it sets nonce, and for each job seq, id and args.
# Exit codes: run_job has none, a job's own is in its end mark

# In the first line, for a shell counts a script's lines from where eval stands.
run_script() { unset nonce key verb seq id limit size args seal stat job current timer ended; set +u; eval "$UNWEDGE_SCRIPT"; }
set -u
nonce=${nonce:?} job='' current='' timer=''

# On both streams (4: stderr, see agent.sh), so that the controller knows when it has read all of a job's output.
mark() {
  printf '%s %s\n' "$nonce" "$1" >&4
  printf '%s %s\n' "$nonce" "$1"
}

# The script in a shell of its own. Neither its text nor its arguments are ever in a command line or an environment.
# shellcheck disable=SC2034,SC2154
run_job() {
  ended=''
  trap 'ended=ended' TERM
  eval "UNWEDGE_SCRIPT=\$script_$id"
  UNWEDGE_ARGS=$args
  (run_script) </dev/null 2>&4 4>&-
  code=$?
  mark "end $seq $code $ended"
}

kill_after() {
  (trap '' TERM; sleep "$1"; kill -KILL 0) </dev/null >/dev/null 4>&- &
}

# set_limit SECONDS, or '' for none
set_limit() {
  [ -z "$timer" ] || kill -KILL "$timer"
  timer=''
  [ -z "$1" ] || { kill_after "$1"; timer=$!; }
}

# TERM for all of the group; what does not heed it within 5 s is killed, and this shell with it.
end_job() {
  # A number may belong to a stranger by now: only a child of ours that still runs.
  { read -r stat <"/proc/$job/stat"; } 2>/dev/null || return 0
  stat=${stat##*) }
  case $stat in Z*) return 0 ;; "${stat%% *} $$ "*) ;; *) return 0 ;; esac
  kill -TERM 0
  kill_after 5
  # Hit before it could even set its trap, it has not told its end.
  wait "$job" || mark "end $current 143 ended"
  kill -KILL "$!"
}
