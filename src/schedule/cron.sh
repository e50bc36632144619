#!/bin/sh
# Runs a scheduled command as cron's child: what it says goes to cron, which mails it, and to a log with its exit code.
# A run that would begin while the last one is at work is left out; the log tells.
# Usage: cron.sh LOG COMMAND [ARGUMENT…]
# Exit codes: the command's; 30: left out
set -u
umask 077
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
log=$1
shift

stamp() { printf '%s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$*" >>"$log"; }

# One older log is kept.
[ -z "$(find "$log" -size +2048k 2>/dev/null)" ] || mv -f "$log" "$log.1"
exec 9>>"$log.lock"
flock -n 9 || { stamp 'left out: the last run is still at work'; exit 30; }
stamp began
# 9 stays open in the command: whatever it leaves behind is still at work.
said=$("$@" 2>&1)
code=$?
[ -z "$said" ] || printf '%s\n' "$said" >>"$log"
stamp "ended $code"
# 30: another run was at work, nothing was done: nobody must read that.
[ -z "$said" ] || [ "$code" = 30 ] || printf '%s\n' "$said"
exit "$code"
