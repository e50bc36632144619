#!/bin/sh
# What a reboot of this host would stop, and what would come back. Only looks.
# Usage: probe.sh UNIT ROOT [DEAD_CONTAINER…]     UNIT: docker's, ROOT: its data root
# Prints records, fields separated by tabs:
#   boot ID                             of this boot
#   running ID RESTART_POLICY NAME      a container that runs
#   forgotten ID                        a Dead container that docker will not know after its next start: its record is removed
#   login USER TERMINAL                 somebody at work on the host
#   enabled UNIT                        docker's unit or its socket, started at boot
# Exit: 0 done, 1 no systemd here, or docker does not tell, 124 docker hangs.
set -u
case ${DOCKER_HOST:-} in unix://*) ;; *) export DOCKER_HOST=unix:///var/run/docker.sock ;; esac; unset DOCKER_CONTEXT DOCKER_TLS_VERIFY
tab=$(printf '\t')
unit=$1 root=$2
shift 2
systemctl show -p Version >/dev/null 2>&1 || { echo 'this host does not run systemd' >&2; exit 1; }
read -r boot </proc/sys/kernel/random/boot_id && printf 'boot\t%s\n' "$boot"
for enabled in "$unit" "${unit%.service}.socket"; do
  case $(systemctl is-enabled "$enabled" 2>/dev/null) in enabled | alias | generated) printf 'enabled\t%s\n' "$enabled" ;; esac
done
for id in "$@"; do
  [ -e "$root/containers/$id/config.v2.json" ] || [ -e "$root/containers/$id/config.json" ] || printf 'forgotten\t%s\n' "$id"
done
who 2>/dev/null | awk '{ print "login\t" $1 "\t" $2 }'
ids=$(timeout 60 docker ps -q --no-trunc) || exit
[ -n "$ids" ] || exit 0
# shellcheck disable=SC2086 # ids are hex words
timeout 60 docker inspect --type container -f "running$tab{{.Id}}$tab{{.HostConfig.RestartPolicy.Name}}$tab{{.Name}}" $ids
