#!/bin/sh
# The Docker daemon that runs: its program, how it was started, and what it tells of itself. Only looks.
# Usage: dockerd.sh
# Prints records, tab-separated:
#   pid N START           (none: no daemon runs; START is field 22 of its stat)
#   program PATH          (of the daemon that runs, else of the one that would be started)
#   argument WORD         (as it was started, in order)
#   live_restore true|false      swarm STATE      (none: it does not answer, or is too old to tell)
# Exit: 0 done.
set -u
tab=$(printf '\t')
# A DOCKER_HOST or a context of root's may lead to another host.
case ${DOCKER_HOST:-} in unix://*) ;; *) DOCKER_HOST=unix:///var/run/docker.sock ;; esac
export DOCKER_HOST; unset DOCKER_TLS_VERIFY DOCKER_CONTEXT
# Up to 1.12 info has no -f.
ask() { timeout 60 docker info -f "$1" 2>/dev/null || timeout 60 docker info 2>/dev/null | sed -n "s/^ *$2: //p"; }
tell() { [ -z "$2" ] || printf '%s\t%s\n' "$1" "$2"; }
# EL7 has a second docker as docker-latest.
pid=$(systemctl show docker.service docker-latest.service -p MainPID 2>/dev/null | sed -n 's/^MainPID=\([1-9]\)/\1/p' | head -n 1)
[ -n "$pid" ] || pid=$(cat /var/run/docker.pid 2>/dev/null)
# What is left of a pid file may name a stranger by now.
case $(cat "/proc/${pid:-none}/comm" 2>/dev/null) in docker*) ;; *) pid= ;; esac
if [ -z "$pid" ]; then
  tell program "$(command -v dockerd || command -v dockerd-current)"
  exit 0
fi
printf 'pid\t%s\t%s\n' "$pid" "$(sed 's/^.*) //' "/proc/$pid/stat" | cut -d ' ' -f 20)"
program=$(readlink "/proc/$pid/exe")
# After an update of the package it is the new one that the next start takes.
tell program "${program% (deleted)}"
tr '\000' '\n' <"/proc/$pid/cmdline" | sed -e 1d -e "s/^/argument$tab/"
tell live_restore "$(ask '{{.LiveRestoreEnabled}}' 'Live Restore Enabled')"
tell swarm "$(ask '{{.Swarm.LocalNodeState}}' Swarm)"
exit 0
