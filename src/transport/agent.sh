#!/bin/sh
# The part of unwedge that runs on a host for one session: takes requests on stdin, runs one job at a time.
# Usage: (echo nonce=NONCE; cat agent.sh) are the first bytes on stdin of the command in bootstrap.ts; then:
#   run SEQ SCRIPT DEADLINE SIZE \n ARGS \n [SIZE bytes of the script's text; 0: sent before] SEQ \n
#   cancel \n
# Answers "NONCE ready" once, and "NONCE end SEQ CODE [ended]" behind a job's own output, on stdout and stderr alike.
# Exit codes: 0 at the end of stdin, once a job in flight is ended; 1 not a usable host.
set -u
nonce=${nonce:?} job='' pid='' ended='' killer='' script=''
export LC_ALL=C PATH="${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin"
umask 022
cd / || exit 1 # a working directory keeps its mount busy

mark() {
  printf '%s %s\n' "$nonce" "$1" >&2
  printf '%s %s\n' "$nonce" "$1"
}

# Text and arguments travel in the environment: ps shows neither. They are unset there before anything else runs.
run_job() {
  trap 'ended=ended; end_group' TERM
  # shellcheck disable=SC2016
  UNWEDGE_RUN=$script UNWEDGE_ARGS=$args $own_group timeout -k 5 "$limit" sh -c 'eval "$UNWEDGE_RUN"' unwedge </dev/null &
  pid=$!
  [ -z "$ended" ] || end_group
  wait "$pid" 2>/dev/null
  code=$?
  # A trapped signal ends the first wait early.
  while [ -n "$ended" ] && kill -0 "$pid"; do
    wait "$pid"
    code=$?
  done 2>/dev/null
  { kill -KILL "-$pid"; [ -z "$killer" ] || kill "$killer"; } 2>/dev/null
  mark "end $seq $code $ended"
}

end_group() {
  [ -n "$pid" ] && [ -z "$killer" ] || return 0
  kill -TERM "$pid" "-$pid" 2>/dev/null
  (sleep 5; kill -KILL "-$pid") </dev/null >/dev/null 2>&1 &
  killer=$!
}

# Only a child of this shell is signalled: an old number may belong to another process by now.
end_job() {
  { read -r stat <"/proc/$job/stat"; } 2>/dev/null || return 0
  stat=${stat##*) }
  case $stat in "${stat%% *} $$ "*) kill -TERM "$job" ;; esac
}
trap 'end_job; exit 143' HUP INT TERM

mark ready
# GNU timeout puts the job into a process group of its own, so that none of its processes outlives its end; busybox' does not.
case $(timeout --version 2>/dev/null) in *GNU*) own_group='' ;; *) own_group=setsid ;; esac
while read -r verb seq id limit size; do
  case $verb in
    run)
      IFS= read -r args
      # dd takes exactly SIZE bytes (busybox head takes more). The repeated SEQ is the seal: half a request must not run.
      [ "$size" = 0 ] || eval "script_$id=\$(dd bs=$size count=1 iflag=fullblock 2>/dev/null)"
      { read -r seal && [ "$seal" = "$seq" ]; } || break
      eval "script=\$script_$id"
      run_job &
      job=$!
      ;;
    cancel) end_job ;;
  esac
done
end_job
wait
