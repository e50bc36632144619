#!/bin/sh
# What a restart of these holders would do, as systemd and docker tell. Only looks.
# Usage: probe.sh [unit:NAME|container:ID]…
# Prints records, fields separated by tabs:
#   unit NAME KEY=VALUE      of each, and in turn of the active units that systemd would restart along with it
#   container ID PID PAUSED AUTO_REMOVE STOP_TIMEOUT LABELS     the last three as JSON
#   sharer NAME MODE         a running container, and `container:ID` whose network, IPC or pid namespace it lives in
# Exit: 0 done, 1 systemd or docker does not tell, 124 docker hangs.
set -u
set -f # systemd may name units with any character
case ${DOCKER_HOST:-} in unix://*) ;; *) export DOCKER_HOST=unix:///var/run/docker.sock ;; esac; unset DOCKER_CONTEXT DOCKER_TLS_VERIFY
tab=$(printf '\t')
units='' containers=''
for holder in "$@"; do
  case $holder in unit:*) units="$units${holder#unit:} " ;; container:*) containers="$containers${holder#container:} " ;; esac
done
seen=' '
while [ -n "$units" ]; do
  unit=${units%% *} units=${units#* }
  case $seen in *" $unit "*) continue ;; esac
  seen="$seen$unit "
  shown=$(systemctl show -p LoadState -p ActiveState -p SubState -p Type -p MainPID -p FragmentPath -p RefuseManualStart \
    -p RefuseManualStop -p KillMode -p Delegate -p TimeoutStartUSec -p TimeoutStopUSec -p ControlGroup -p RequiredBy -p RequisiteOf -p BoundBy -p ConsistsOf -- "$unit") || exit 1
  printf '%s\n' "$shown" | while IFS= read -r line; do printf 'unit\t%s\t%s\n' "$unit" "$line"; done
  case $shown in
    # To these a restart is passed on (systemd's transaction.c); those that do not run are left as they are.
    *ActiveState=active* | *ActiveState=activating* | *ActiveState=reloading*)
      for along in $(printf '%s\n' "$shown" | sed -n -e 's/^RequiredBy=//p' -e 's/^RequisiteOf=//p' -e 's/^BoundBy=//p' -e 's/^ConsistsOf=//p'); do
        units="$units$along "
      done ;;
  esac
done
[ -n "$containers" ] || exit 0
# index: docker calls a field that it omits, or does not have yet, an error.
format="{{.Id}}$tab{{.State.Pid}}$tab{{.State.Paused}}$tab{{json (index .HostConfig \"AutoRemove\")}}$tab{{json (index .Config \"StopTimeout\")}}$tab{{json .Config.Labels}}"
# shellcheck disable=SC2086 # ids are hex words
timeout 60 docker inspect --type container -f "container$tab$format" $containers || exit
running=$(timeout 60 docker ps -q --no-trunc) || exit
format="{{.Name}}$tab{{.HostConfig.NetworkMode}}$tab{{.HostConfig.IpcMode}}$tab{{.HostConfig.PidMode}}"
# A container that ends meanwhile makes inspect fail for itself only.
# shellcheck disable=SC2086
timeout 60 docker inspect --type container -f "$format" $running 2>/dev/null |
  awk -F '\t' '{ for (i = 2; i <= NF; i++) if ($i ~ /^container:/) print "sharer\t" $1 "\t" $i }'
exit 0
