#!/bin/sh
# Unmounts one stale mount of one Dead container on the host or in dockerd's mount namespace, after looking again that all is as planned.
# Usage: apply.sh CONTAINER PID START INODE LINE PATH plain|lazy
#   PID, START, INODE: a process, its start time (field 22 of stat) and its mount namespace. LINE: the mount in its mountinfo.
# Exit: 0 unmounted, 9 no longer as planned (nothing done), 3 still mounted: busy or refused, 1 what was done is not known.
set -u
container=$1 pid=$2 start=$3 inode=$4 line=$5 path=$6 how=$7
case ${DOCKER_HOST:-} in unix://*) ;; *) export DOCKER_HOST=unix:///var/run/docker.sock ;; esac; unset DOCKER_CONTEXT DOCKER_TLS_VERIFY
drifted() { echo "$1" >&2; exit 9; }
# The process' name, in the second field, may hold anything, also a newline.
started() {
  stat=$(cat "/proc/$pid/stat" 2>/dev/null)
  # shellcheck disable=SC2086 # numbers
  set -- ${stat##*) }
  [ "${20:-}" = "$start" ]
}
# Its tags go when the umount of a peer or master ends the group.
mounted() { LINE=$line awk -v tags=' (shared|master|propagate_from):[0-9]+' 'BEGIN { want = ENVIRON["LINE"]; gsub(tags, "", want) } { gsub(tags, "") } $0 == want { found = 1 } END { exit !found }' "/proc/$pid/mountinfo" 2>/dev/null; }
dead() {
  state=$(timeout 60 docker inspect --type container -f '{{.State.Dead}} {{.State.Status}} {{.State.Pid}}' "$container" 2>&1)
  case $?:$state in
    124:*) echo 'docker inspect did not return: the Docker daemon hangs' >&2; exit 1 ;;
    0:*'true dead 0') ;; # A client may warn first.
    0:*) return 1 ;;
    # Up to 1.12 inspect may refuse a Dead container, and ps says truly that it is one (docs/docker-facts.md §0, §2).
    *) [ "$(timeout 60 docker ps -aq --no-trunc --filter status=dead --filter "id=$container" 2>/dev/null)" = "$container" ] ;;
  esac
}
dead || drifted "container $container is no longer Dead: $state"
started || drifted "process $pid is gone"
[ "$(readlink "/proc/$pid/ns/mnt")" = "mnt:[$inode]" ] || drifted "process $pid is now in another mount namespace"
mounted || drifted "$path is no longer mounted as it was in mnt:[$inode]"
# What lies over it would go instead. Kernels before 3.15 do not tell.
leads=$({ sed -n 's/^mnt_id:[^0-9]*//p' /proc/self/fdinfo/3; } 2>/dev/null 3<"/proc/$pid/root$path/.")
case $leads in '' | "${line%% *}") ;; *) echo "another mount hides $path in mnt:[$inode]" >&2; exit 3 ;; esac

# -i: no helper program of a filesystem's. The programs of dockerd's namespace are the host's.
unmount() {
  if [ "$(readlink /proc/self/ns/mnt)" = "mnt:[$inode]" ]; then
    umount -i "$@" -- "$path"
  else
    nsenter -t "$pid" -m -- umount -i "$@" -- "$path"
  fi
}
said=$(unmount 2>&1); code=$?
case $how$said in lazy*busy*) said=$(unmount -l 2>&1); code=$? ;; esac
# By its number: its path may have been renamed.
grep -q "^${line%% *} " "/proc/$pid/mountinfo" 2>/dev/null || { [ $code -eq 0 ] && exit 0; printf '%s\n' "$said" >&2; exit 1; }
[ $code -eq 0 ] && said="the kernel said yes, but $path is still mounted in mnt:[$inode]"
printf '%s\n' "$said" >&2
exit 3
