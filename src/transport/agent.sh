#!/bin/sh
# The part of unwedge that runs on a host for one session: takes requests on stdin, runs one job at a time.
# Usage: guard.sh starts it, behind nonce=NONCE and job.sh; then on stdin:
#   NONCE run SEQ SCRIPT LIMIT SIZE \n ARGS \n [SIZE bytes of the script's text; 0: sent before] SEQ \n
#   NONCE lock SEQ RUN \n RECORD \n      takes the host's lock (lock.sh); ends as a job does
#   NONCE cancel \n      tells what the job waits for, and ends it
#   NONCE idle \n        lifts the limit
# LIMIT: seconds until all is killed here, for the controller may not be heard any more; 0: the limit that is set holds.
# Says "NONCE machine ID BOOT KEY" on stdout (- where it has none), then "NONCE ready [LEVEL [WHY]]" once (watch.sh), "NONCE end SEQ CODE [ended]" behind a job's own output and "NONCE waits COMMANDS", on stdout and stderr alike.
# Exit codes: 0 at the end of stdin, once a job in flight is ended; 1 not a usable host.
unset UNWEDGE_AGENT
set -u
: "${nonce:?}"

# On both streams (4: stderr), so that the controller knows when it has read all of a job's output.
mark() {
  printf '%s %s\n' "$nonce" "$1" >&4
  printf '%s %s\n' "$nonce" "$1"
}

# What tells this machine from others: with the first answer, for it must be known before anything is done.
identify() {
  id='' boot='' key=''
  read -r id </etc/machine-id
  read -r boot </proc/sys/kernel/random/boot_id
  for kind in ed25519 ecdsa rsa; do
    [ -z "$key" ] && [ -r "/etc/ssh/ssh_host_${kind}_key.pub" ] && read -r _ key _ <"/etc/ssh/ssh_host_${kind}_key.pub"
  done
  printf '%s machine %s %s %s\n' "$nonce" "${id:--}" "${boot:--}" "${key:--}"
  unset id boot key kind
}

# bash reports on stderr what a signal has ended; that is not for the controller, nor for a script's stderr.
exec 4>&2 2>/dev/null
identify
mark "ready${sandboxed:+ $sandboxed}"
# shellcheck disable=SC2034 # job.sh reads them
while read -r key verb seq id limit size; do
  [ "$key" = "$nonce" ] || continue
  case $verb in
    run)
      IFS= read -r args
      # dd takes exactly SIZE bytes (busybox head takes more). The repeated SEQ is the seal: half a request must not run.
      [ "$size" = 0 ] || eval "script_$id=\$(dd bs=$size count=1 iflag=fullblock 2>/dev/null)"
      { read -r seal && [ "$seal" = "$seq" ]; } || break
      [ "$limit" = 0 ] || set_limit "$limit"
      run_job &
      job=$! current=$seq
      ;;
    lock)
      IFS= read -r record
      take_lock "$id" "$record"
      mark "end $seq $? "
      ;;
    cancel)
      mark "waits $(waiting)"
      end_job
      ;;
    idle) set_limit '' ;;
  esac
done
end_job
exit 0
