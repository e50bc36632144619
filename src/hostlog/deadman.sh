#!/bin/sh
# The dead-man's switch of a run on its host: unless a controller confirms in time, the host takes the run back itself.
# One file's name is its state: armed-SECONDS (of uptime, when it fires; the file holds CONFIRM), fired, confirmed. Each step from one
# to the next is one rename of it, so exactly one of those who try wins. arm.sh makes it.
# Usage: deadman.sh push SECONDS | confirm | fire | watch | boot | forget     SECONDS: from now until it fires
#   fire: says only that it has; watch: waits, fires and takes the run back; boot: gives it CONFIRM seconds more, then watches, or goes
#   on taking back; forget: nothing is left to do after a reboot
# Exit: 0 done; 3 it is not armed (any more).
set -u
umask 077
journal=${0%/*}
run=${journal##*/} units=/etc/systemd/system now=0 token=
find_token() {
  for token in "$journal"/armed-*; do [ ! -e "$token" ] || return 0; done
  return 3
}
clock() { read -r now _ </proc/uptime; now=${now%%.*}; }
forget() {
  rm -f "$units/multi-user.target.wants/unwedge-boot-$run.service" "$units/unwedge-boot-$run.service" "/etc/cron.d/unwedge-boot-$run"
}
end() { # WORD: what it has come to
  printf '%s\t%s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" >>"$journal/log"
}
# Of whoever else has renamed it meanwhile, this goes on from where that led.
rename() {
  while find_token; do
    [ "$token" != "$journal/$1" ] || return 0
    mv "$token" "$journal/$1" 2>/dev/null && return 0
    [ ! -e "$token" ] || return 3
  done
  return 3
}

clock
case $1 in
  push) rename "armed-$((now + $2))" ;;
  confirm) rename confirmed && end confirmed && forget ;;
  fire) rename fired && end fired ;;
  forget) forget ;;
  boot)
    # It went down while it took the run back.
    if [ -e "$journal/fired" ]; then exec sh "$journal/undo.sh"; fi
    find_token || { forget; exit 3; }
    read -r confirm <"$token" && rename "armed-$((now + confirm))" && exec sh "$0" watch
    ;;
  watch)
    while find_token; do
      clock
      left=$((${token##*-} - now))
      if [ "$left" -gt 0 ]; then
        sleep $((left < 5 ? left : 5)) # no longer: once it is confirmed, this is soon gone
      elif mv "$token" "$journal/fired" 2>/dev/null; then
        end fired
        exec sh "$journal/undo.sh"
      fi
    done
    exit 0
    ;;
esac
