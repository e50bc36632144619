#!/bin/sh
# The Docker daemon that runs: its program, how it was started, and what it tells of itself. Only looks.
# Usage: dockerd.sh
# Prints records, tab-separated:
#   pid N START           (none: no daemon runs; START is field 22 of its stat)
#   program PATH          (of the daemon that runs, else of the one that would be started)
#   version N.N.N         (of that program)
#   argument WORD         (as it was started, in order)
#   unit ID                 (the unit of that daemon, where systemd has it loaded)
#   exec WORDS              (its command as loaded, once for each ExecStart)
#   unit_file PATH BASE64   (its files and drop-ins, loaded or not, in the order of systemd's directories)
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
is_docker() { case $(cat "/proc/${1:-none}/comm" 2>/dev/null) in docker*) ;; *) return 1 ;; esac; }
# A unit may run a shell that starts it. What is left of a pid file may name a stranger by now.
is_docker "$pid" || pid=$(cat /var/run/docker.pid 2>/dev/null)
is_docker "$pid" || pid=
tell_program() {
  tell program "$1"
  [ -z "$1" ] || tell version "$(timeout 20 "$1" --version 2>/dev/null </dev/null | sed -n '1s/^Docker version \([0-9][0-9.]*\).*/\1/p')"
}
# Its Id comes before its ExecStart; of the two units it is the one that is loaded.
shown=$(systemctl show docker.service docker-latest.service -p Id -p LoadState -p MainPID -p ExecStart 2>/dev/null | awk 'BEGIN { RS = "" }
  { rank = /(^|\n)MainPID=[1-9]/ ? 2 : /(^|\n)LoadState=loaded/ ? 1 : 0; if (rank > best) { best = rank; unit = $0 } } END { print unit }')
unit=$(printf '%s\n' "$shown" | sed -n 's/^Id=//p')
if [ -n "$unit" ]; then
  tell unit "$unit"
  printf '%s\n' "$shown" | sed -n "s/^ExecStart={.* argv\[\]=\(.*\) ; ignore_errors=.*/exec$tab\1/p"
  directories=$(systemctl show -p UnitPath 2>/dev/null | sed -n 's/^UnitPath=//p')
  : "${directories:=/etc/systemd/system /run/systemd/system /usr/local/lib/systemd/system /usr/lib/systemd/system /lib/systemd/system}"
  for part in "$unit" "$unit.d/*.conf" 'service.d/*.conf'; do
    for directory in $directories; do
      # shellcheck disable=SC2086 # a pattern; systemd's own directories have no blanks
      for file in $directory/$part; do
        [ ! -e "$file" ] || printf 'unit_file\t%s\t%s\n' "$file" "$(base64 -w 0 <"$file")"
      done
    done
  done
fi
if [ -z "$pid" ]; then
  tell_program "$(command -v dockerd || command -v dockerd-current)"
  exit 0
fi
printf 'pid\t%s\t%s\n' "$pid" "$(sed 's/^.*) //' "/proc/$pid/stat" | cut -d ' ' -f 20)"
program=$(readlink "/proc/$pid/exe")
# After an update of the package it is the new one that the next start takes.
tell_program "${program% (deleted)}"
tr '\000' '\n' <"/proc/$pid/cmdline" | sed -e 1d -e "s/^/argument$tab/"
tell live_restore "$(ask '{{.LiveRestoreEnabled}}' 'Live Restore Enabled')"
tell swarm "$(ask '{{.Swarm.LocalNodeState}}' Swarm)"
exit 0
