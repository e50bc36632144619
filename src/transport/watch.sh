#!/bin/sh
# Keeps an audit's probes from writing: they run in a room of their own (room.sh), without the rights by which one leaves it.
# Usage: it comes between job.sh and agent.sh, behind broker.sh and with UNWEDGE_ROOM and UNWEDGE_ASK, the texts of room.sh and ask.sh
# Sets $watched: "namespace", "uid" (the session is no root's), or "none WHY"; exit: never
set -u
DIGITS=4 # the only right that is left, CAP_DAC_READ_SEARCH, as /proc/PID/status writes it
# A user that nobody is, so that no process and no file is its own.
STRANGER='--reuid=2147480001 --regid=2147480001 --clear-groups --inh-caps=-all,+dac_read_search --ambient-caps=-all,+dac_read_search'

# Where docker's data is, without asking it: that might start it.
data_roots() {
  echo /var/lib/docker
  sed -n -E 's/.*"(data-root|graph)"[[:space:]]*:[[:space:]]*"(\/[^"]*)".*/\2/p' /etc/docker*/daemon.json
  for comm in $(grep -slE '^docker' /proc/[0-9]*/comm); do
    tr '\000' '\n' <"${comm%comm}cmdline" | sed -n -E -e '/^(--data-root|--graph|-g)$/{n;p;}' -e 's/^(--data-root|--graph|-g)=//p'
  done
} 2>/dev/null

make_room() {
  for program in unshare nsenter setpriv flock pivot_root timeout; do
    command -v "$program" >/dev/null || { echo "the host has no $program"; return 1; }
  done
  for program in docker systemctl journalctl dmesg zfs ls readlink; do ! command -v "$program" >/dev/null || asked="${asked:-} $program"; done
  # shellcheck disable=SC2046,SC2086 # a path of docker's with a blank is not looked into
  room=$(UNWEDGE_ASK=$UNWEDGE_ASK unshare -m -n -i -u sh -c "$UNWEDGE_ROOM" unwedge "$asked" /bin /sbin /lib /lib32 /lib64 /libx32 /usr /etc \
    /var/log /run/systemd/system $(data_roots | sort -u) 2>&1 </dev/null) || { echo "no room can be made: ${room##*
}"; return 1; }
  case $room in '' | *[!0-9]*) echo "no room can be made: $room"; return 1 ;; esac
}

# in_room COMMAND…
in_room() {
  # shellcheck disable=SC2086 # flags
  nsenter -t "$room" -m -n -i -u -p setpriv $as --bounding-set=-all,+dac_read_search --no-new-privs sh -c "$@"
}

# What is asserted of a session, seen from inside: no right but the one, nobody else's files by /proc, nothing to write to.
# shellcheck disable=SC2016
CHECK='
  awk "/^Cap/ && \$2 !~ /^0+$1?\$/" /proc/self/status | grep -q . && { echo "rights are left"; exit 1; }
  [ -r /proc/1/mountinfo ] || { echo "/proc shows only own processes there (hidepid)"; exit 1; }
  [ "$(/bin/ls -ln /proc/[0-9]*/ns/mnt 2>/dev/null | sed -n "s/.*-> //p" | sort -u | wc -l)" -eq 1 ] || { echo "a process without rights runs as root: its files could be reached"; exit 1; }
  awk "\$5 !~ /^\/(tmp|dev\/.*)\$/ && \$6 !~ /^ro,/ { print \"can be written: \" \$5; exit 1 }" /proc/self/mountinfo'

guarded() {
  [ "$(id -u)" -eq 0 ] || { watched=uid; return; }
  why=$(make_room && echo "room $room") || { watched="none $why"; return; }
  room=${why#room }
  exec 7<>"/proc/$room/root/run/unwedge/asks" 8<>"/proc/$room/root/run/unwedge/answers" 9>"/proc/$room/root/run/unwedge/life"
  (exec </proc/self/fd/7 7>&- 9>&- 2>/dev/null && serve) &
  for as in "$STRANGER" --inh-caps=-all; do
    why=$(in_room "$CHECK" unwedge "$DIGITS" 2>&1 9>&-) && { watched=namespace; return; }
  done
  watched="none $why"
}

watched='' room='' as=''
guarded
watched=$(printf %s "$watched" | tr '\n\t' '  ' | cut -c 1-300)
# Its text and arguments go by a pipe, for all to see would be a command line or an environment.
# shellcheck disable=SC2016,SC2154
[ "$watched" != namespace ] || run_script() {
  printf '%s\n%s\n' "$UNWEDGE_ARGS" "$UNWEDGE_SCRIPT" | in_room 'PATH=/run/unwedge/bin:$PATH; IFS= read -r UNWEDGE_ARGS; UNWEDGE_SCRIPT=$(cat); exec </dev/null; set +u; eval "$UNWEDGE_SCRIPT"' unwedge 7>&- 8>&- 9>&-
}
