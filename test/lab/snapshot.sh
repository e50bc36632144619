#!/bin/sh
# snapshot.sh: prints everything of this host that a dry run must not change; two snapshots of an idle host are equal.
# Exit: 0.
set -u
export LC_ALL=C

section() { printf '\n== %s\n' "$1"; }

section 'containers: state, pid and start included'
docker ps -aq --no-trunc 2>&1 | sort | while read -r id; do
  docker ps -a --no-trunc --filter "id=$id" --format '{{.ID}} {{.Names}} {{.Image}} {{.State}}'
  docker inspect -f '{{json .State}} {{.RestartCount}} {{json .GraphDriver}} {{json .Mounts}}' "$id" 2>&1
done
docker images --no-trunc --format '{{.ID}} {{.Repository}}:{{.Tag}}' 2>&1 | sort

section 'docker root: names'
root=$(docker info -f '{{.DockerRootDir}}' 2>/dev/null)
if [ -n "$root" ]; then (cd "$root" && find containers image/*/layerdb/mounts -maxdepth 3 && find overlay2 -maxdepth 2) 2>&1 | sort; fi

section 'mount namespaces'
for process in /proc/[0-9]*; do
  inode=$(stat -L -c %i "$process/ns/mnt" 2>/dev/null) || continue
  echo "$inode ${process#/proc/}"
done | sort -k1,1n -k2,2n | awk '!seen[$1]++' | while read -r inode pid; do
  echo "-- mnt:[$inode] $(cat "/proc/$pid/comm" 2>/dev/null)"
  cat "/proc/$pid/mountinfo" 2>/dev/null
done

section 'files'
find /etc/systemd /etc/docker /run/systemd/system /run/systemd/transient /lib/systemd/system/docker.service /etc/sysctl.conf /etc/sysctl.d \
  ! -name 'session-*.scope' 2>/dev/null | sort | while read -r file; do
  stat -c '%N %A %u:%g' "$file"
  if [ -f "$file" ] && [ ! -L "$file" ]; then sha256sum <"$file"; fi
done

section 'units'
systemctl list-units --all --plain --no-legend --type=service,socket,target,path,timer | awk '$1 !~ /^(user|user-runtime-dir|modprobe)@/ { print $1, $2, $3, $4 }'
systemctl show docker.service containerd.service -p Id -p MainPID -p ActiveEnterTimestampMonotonic -p NeedDaemonReload -p NRestarts -p MountFlags

section 'kernel'
if [ -e /proc/sys/fs/may_detach_mounts ]; then cat /proc/sys/fs/may_detach_mounts; fi
