#!/bin/sh
# What a reboot of this host would stop, and what would come back. Only looks.
# Usage: probe.sh UNIT ROOT [DEAD_CONTAINER…]     UNIT: docker's, ROOT: its data root
# Prints records, fields separated by tabs:
#   boot ID                             of this boot
#   running ID RESTART_POLICY NAME      a container that runs
#   forgotten ID                        a Dead container that docker will not know after its next start: its record is removed
#   login USER TERMINAL                 somebody at work on the host, but not this session; without a terminal its service
#   blocked TEXT                        an inhibitor that systemd would not reboot over, not even for root
#   enabled UNIT                        docker's unit or its socket, started at boot
# Exit: 0 done, 1 no systemd here, or docker does not tell, 124 docker hangs.
set -u
case ${DOCKER_HOST:-} in unix://*) ;; *) export DOCKER_HOST=unix:///var/run/docker.sock ;; esac; unset DOCKER_CONTEXT DOCKER_TLS_VERIFY
tab=$(printf '\t')
unit=$1 root=$2
shift 2
version=$(systemctl show -p Version 2>/dev/null) || { echo 'this host does not run systemd' >&2; exit 1; }
read -r boot </proc/sys/kernel/random/boot_id && printf 'boot\t%s\n' "$boot"
for enabled in "$unit" "${unit%.service}.socket"; do
  case $(systemctl is-enabled "$enabled" 2>/dev/null) in enabled | alias | generated) printf 'enabled\t%s\n' "$enabled" ;; esac
done
for id in "$@"; do
  [ -e "$root/containers/$id/config.v2.json" ] || [ -e "$root/containers/$id/config.json" ] || printf 'forgotten\t%s\n' "$id"
done
# logind knows all, also where who prints none (uutils). Our own session is the scope that we are in.
own=$(sed -n 's/.*\/session-\([^/.]*\)\.scope.*/\1/p' /proc/self/cgroup | head -n 1)
if sessions=$(timeout 20 loginctl list-sessions --no-legend --no-pager 2>/dev/null); then
  sessions=$(printf '%s\n' "$sessions" | awk -v own="$own" '$1 != "" && $1 != own { print $1 }')
  # shellcheck disable=SC2086 # ids are words
  [ -z "$sessions" ] || timeout 20 loginctl show-session $sessions -p Name -p TTY -p Service -p Class -p State 2>/dev/null |
    awk -F = '
      function tell() { if (is["Name"] != "" && is["Class"] ~ /^user/ && is["State"] != "closing") print "login\t" is["Name"] "\t" (is["TTY"] != "" ? is["TTY"] : is["Service"]); split("", is) }
      $0 == "" || ($1 in is) { tell() }
      $0 != "" { is[$1] = substr($0, length($1) + 2) }
      END { tell() }'
else
  # Debian 13 names the service before the terminal.
  who 2>/dev/null | awk '{ print "login\t" $1 "\t" ($3 ~ /^(pts\/|tty)/ ? $3 : $2) }'
fi
# Since 257 a block binds root, too.
version=${version#Version=}; version=${version#systemd }; version=${version%%[!0-9]*}
[ "${version:-0}" -lt 257 ] || timeout 20 systemd-inhibit --list --no-legend --no-pager 2>/dev/null |
  awk '$NF == "block" && /(^|[ :])shutdown([ :]|$)/ { $1 = $1; print "blocked\t" $0 }'
ids=$(timeout 60 docker ps -q --no-trunc) || exit
[ -n "$ids" ] || exit 0
# shellcheck disable=SC2086 # ids are hex words
timeout 60 docker inspect --type container -f "running$tab{{.Id}}$tab{{.HostConfig.RestartPolicy.Name}}$tab{{.Name}}" $ids
