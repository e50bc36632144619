#!/bin/sh
# The dead-man's switch of a run on its host: unless a controller confirms in time, the host takes the run back itself.
# One file's name is its state: armed-SECONDS (of uptime, when it fires; the file holds CONFIRM), fired, confirmed. Each step from one
# to the next is one rename of it, so exactly one of those who try wins.
# Usage: deadman.sh arm SECONDS CONFIRM | push SECONDS | confirm | fire | watch | boot     SECONDS: from now
#   fire: says only that it has; watch: waits, fires and takes the run back; boot: gives CONFIRM seconds more, then watches
# Exit: 0 done; 3 it is not armed (any more); 1 it can't be armed: why is on stderr.
set -u
umask 077
journal=${0%/*}
run=${journal##*/} now=0 token=
unit=unwedge-boot-$run.service units=/etc/systemd/system
find_token() { for token in "$journal"/armed-*; do [ ! -e "$token" ] || return 0; done; return 1; }
clock() { read -r now _ </proc/uptime; now=${now%%.*}; }
note() { printf '%s\t%s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" >>"$journal/log"; }
# Of whoever else renames it first, we try again from where that leads.
rename() {
  while find_token; do
    [ "$token" != "$journal/$1" ] || return 0
    mv "$token" "$journal/$1" 2>/dev/null && return
    [ ! -e "$token" ] || return 3
  done
  return 3
}
forget_boot() { rm -f "$units/multi-user.target.wants/$unit" "$units/$unit"; }
fail() { forget_boot; rm -f "$journal/.arming"; echo "the host can't be made to take itself back ($1)" >&2; exit 1; }

# A transient unit is gone after a reboot; this file is read at boot without a daemon-reload, which would load the run's own half-made changes.
start() {
  set -- /bin/sh "$journal/deadman.sh"
  if [ -d /run/systemd/system ]; then
    {
      printf '[Unit]\nDescription=Takes unwedge run %s back unless it is confirmed\n[Service]\nExecStart=%s boot\n' "$run" "$*" >"$units/$unit" &&
        mkdir -p "$units/multi-user.target.wants" && ln -sf "$units/$unit" "$units/multi-user.target.wants/$unit"
    } || fail "$units can't be written"
    systemd-run --unit="unwedge-watch-$run" "$@" watch >/dev/null 2>&1 </dev/null 5>&- && return
  fi
  command -v setsid >/dev/null || fail 'it has no setsid(1)'
  # Closed: what is there of an agent's, such as the host's lock.
  setsid "$@" watch </dev/null >/dev/null 2>&1 4>&- 5>&- 9>&- &
}

clock
case $1 in
  arm)
    rename "armed-$((now + $2))" && exit 0
    [ ! -e "$journal/fired" ] || { echo 'the host has taken the run back itself' >&2; exit 3; }
    printf '%s\n' "$3" | dd of="$journal/.arming" conv=fsync 2>/dev/null || fail "$journal can't be written"
    rm -f "$journal/confirmed" # of an earlier play
    { mv "$journal/.arming" "$journal/armed-$((now + $2))" && note armed; } || fail "$journal can't be written"
    (start) || { rm -f "$journal"/armed-*; exit 1; }
    ;;
  push) rename "armed-$((now + $2))" ;;
  confirm) rename confirmed && { forget_boot; note confirmed; } ;;
  fire) rename fired && { forget_boot; note fired; } ;;
  boot)
    find_token && read -r confirm <"$token" && rename "armed-$((now + confirm))" && exec sh "$0" watch
    ;;
  watch)
    while find_token; do
      clock
      left=$((${token##*-} - now))
      # No longer than 5 s: a confirmed one is soon gone.
      if [ "$left" -gt 0 ]; then sleep $((left < 5 ? left : 5)); continue; fi
      mv "$token" "$journal/fired" 2>/dev/null && { forget_boot; note fired; exec sh "$journal/undo.sh"; }
    done
    ;;
esac
