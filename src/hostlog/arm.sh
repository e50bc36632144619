#!/bin/sh
# Arms the dead-man's switch of a run on its host, or gives an armed one more time. See deadman.sh.
# Usage: arm.sh SECONDS CONFIRM     SECONDS: from now until it fires; CONFIRM: what it gets after a reboot
# Exit: 0 armed; 3 it has fired; 1 it can't be armed: why is on stderr.
set -u
umask 077
journal=${0%/*} seconds=$1 confirm=$2
run=${journal##*/}
unit=/etc/systemd/system/unwedge-boot-$run.service
wanted=/etc/systemd/system/multi-user.target.wants/unwedge-boot-$run.service
cron=/etc/cron.d/unwedge-boot-$run
fail() { rm -f "$journal/.arming" "$journal"/armed-* "$wanted" "$unit" "$cron"; echo "the host can't be made to take itself back ($1)" >&2; exit 1; }
sh "$journal/deadman.sh" push "$seconds" && exit 0
[ ! -e "$journal/fired" ] || { echo 'the host has taken the run back itself' >&2; exit 3; }
rm -f "$journal/confirmed" # of an earlier play
set -- /bin/sh "$journal/deadman.sh"
if [ -d /run/systemd/system ]; then
  # A transient unit is gone after a reboot; this file is read at boot. A daemon-reload would load what the run has half made.
  {
    printf '[Unit]\nDescription=Takes unwedge run %s back unless it is confirmed\n[Service]\nExecStart=%s boot\n' "$run" "$*" >"$unit" &&
      mkdir -p "${wanted%/*}" && ln -sf "$unit" "$wanted"
  } || fail "/etc/systemd/system can't be written"
elif [ -d "${cron%/*}" ]; then
  # Without systemd, cron(8) is what can be asked to begin something at boot without changing the host's own start-up files.
  printf '# Takes unwedge run %s back unless it is confirmed\n@reboot root %s boot\n' "$run" "$*" >"$cron" || fail "$cron can't be written"
fi
read -r now _ </proc/uptime
printf '%s\n' "$confirm" | dd of="$journal/.arming" conv=fsync 2>/dev/null || fail "$journal can't be written"
mv "$journal/.arming" "$journal/armed-$((${now%%.*} + seconds))" || fail "$journal can't be written"
printf '%s\tarmed\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >>"$journal/log" || fail "$journal can't be written"
[ -d /run/systemd/system ] && systemd-run --unit="unwedge-watch-$run" "$@" watch >/dev/null 2>&1 </dev/null 5>&- && exit 0
command -v setsid >/dev/null || fail 'it has no setsid(1)'
# Closed: what is there of an agent's, such as the host's lock.
setsid "$@" watch </dev/null >/dev/null 2>&1 4>&- 5>&- 9>&- &
exit 0
