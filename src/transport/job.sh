#!/bin/sh
# How the agent runs a job, limits it and ends it.
# Usage: these functions come before agent.sh, which has mark() and sets seq, id and args for each job.
# Exit codes: run_job has none, a job's own is in its end mark

# In the first line, for a shell counts a script's lines from where eval stands.
run_script() { unset nonce key verb seq id limit size args seal stat job current timer ended lock record holder; set +u; eval "$UNWEDGE_SCRIPT"; }
set -u
nonce=${nonce:?} job='' current='' timer=''
export LC_ALL=C PATH="${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin"
umask 022
cd / || exit 1 # a working directory keeps its mount busy

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

# A signal for all of the session but this shell and who asks: a timeout in a script has left the process group.
signal_all() {
  read -r self _ </proc/self/stat
  # shellcheck disable=SC2013
  for pid in $(cat /proc/[0-9]*/stat 2>/dev/null |
    awk -v us="$$" -v me="$self" '{ pid = $1; sub(/.*\) /, ""); if ($4 == us && pid != us && pid != me) print pid }'); do
    kill "-$1" "$pid"
  done
}

# This shell last: with it, guard.sh ends the one that does it.
kill_after() {
  (trap '' TERM; sleep "$1"; signal_all KILL; kill -KILL "$$") </dev/null >/dev/null 4>&- 5>&- &
}

# set_limit SECONDS, or '' for none
set_limit() {
  [ -z "$timer" ] || kill -KILL "$timer"
  timer=''
  [ -z "$1" ] || { kill_after "$1"; timer=$!; }
}

# What does not heed TERM within 5 s is killed, and this shell with it. Nothing is left then, the limit neither.
end_job() {
  # A number may belong to a stranger by now: only a child of ours that still runs.
  { read -r stat <"/proc/$job/stat"; } || return 0
  stat=${stat##*) }
  case $stat in Z*) return 0 ;; "${stat%% *} $$ "*) ;; *) return 0 ;; esac
  kill_after 5
  signal_all TERM
  # Hit before it could even set its trap, it has not told its end.
  wait "$job" || mark "end $current 143 ended"
  signal_all KILL
  timer=''
}
