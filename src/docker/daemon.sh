#!/bin/sh
# What the Docker daemon says of itself and of its containers, and what systemd and /proc say of the daemon. Only looks.
# Usage: daemon.sh
# Prints records, fields separated by tabs:
#   daemon VERSION ROOT DRIVER LIVE_RESTORE      pid DOCKERD_PID      containerd own|separate|none      kubernetes WHY
#   namespace self|init|dockerd INODE            unit KEY=VALUE (of docker.service)      live_restore FILE (that turns it on)
#   container ID STATUS DEAD PID NAME IMAGE PROPAGATIONS "ERROR" (JSON)      layer ID MOUNT_ID
# Exit: 0 done, 3 no docker program here, 4 the daemon does not answer or does not tell, 6 not root.
set -u
tab=$(printf '\t')
say() { printf '%s' "$1"; shift; printf '\t%s' "$@"; printf '\n'; }
namespace_of() { n=$(readlink "/proc/$1/ns/mnt" 2>/dev/null) && n=${n#*\[} && printf '%s' "${n%]}"; }
# The parent's pid: second field behind the program's name, which may hold anything.
parent_of() { s=$(cat "/proc/$1/stat" 2>/dev/null) || return 1; s=${s##*) }; s=${s#* }; printf '%s' "${s%% *}"; }

[ "$(id -u)" -eq 0 ] || { echo "not root but $(id -un)" >&2; exit 6; }
command -v docker >/dev/null 2>&1 || { echo 'no docker program on this host' >&2; exit 3; }
info=$(docker info -f "{{.ServerVersion}}$tab{{.DockerRootDir}}$tab{{.Driver}}$tab{{.LiveRestoreEnabled}}") || exit 4
case $info in
  *"$tab"/*"$tab"?*"$tab"*) say daemon "$info" ;;
  *) echo "docker info gives no root directory: $info" >&2; exit 4 ;;
esac
root=${info#*"$tab"}; root=${root%%"$tab"*}
driver=${info#*"$tab"*"$tab"}; driver=${driver%%"$tab"*}

systemctl show docker.service -p LoadState -p ActiveState -p MainPID -p MountFlags -p PrivateMounts -p FragmentPath \
  -p DropInPaths -p NeedDaemonReload 2>/dev/null | while IFS= read -r line; do say unit "$line"; done
dockerd=$(systemctl show docker.service -p MainPID 2>/dev/null); dockerd=${dockerd#MainPID=}
# Not a unit of systemd's, or another name: the daemon's own pid file tells.
case $dockerd in '' | 0) dockerd=$(cat /run/docker.pid 2>/dev/null) || dockerd= ;; esac
layout=none
for comm in /proc/[0-9]*/comm; do
  read -r name 2>/dev/null <"$comm" || continue
  pid=${comm#/proc/}; pid=${pid%/comm}
  case $name in
    # EL's builds call them dockerd-current and docker-containerd-current; comm is cut at 15 bytes.
    dockerd | dockerd-current) [ -n "$dockerd" ] || dockerd=$pid ;;
    containerd | docker-containe) case $(tr '\000' ' ' <"/proc/$pid/cmdline" 2>/dev/null) in
        *containerd-shim*) ;;
        *) if [ "$(parent_of "$pid")" = "$dockerd" ]; then layout=own; elif [ $layout = none ]; then layout=separate; fi ;;
      esac ;;
    kubelet) say kubernetes "kubelet runs, pid $pid" ;;
  esac
done
[ -e /etc/kubernetes/kubelet.conf ] && say kubernetes '/etc/kubernetes/kubelet.conf exists'
say containerd "$layout"
[ -n "$dockerd" ] && say pid "$dockerd" && say namespace dockerd "$(namespace_of "$dockerd")"
say namespace self "$(namespace_of $$)"; say namespace init "$(namespace_of 1)"
grep -Els '"live-restore"[[:space:]]*:[[:space:]]*true|^[^#]*--live-restore' /etc/docker/daemon.json /etc/sysconfig/docker \
  /etc/default/docker /etc/systemd/system/docker.service.d/*.conf | while IFS= read -r file; do say live_restore "$file"; done
ids=$(docker ps -aq --no-trunc) || exit 4
[ -n "$ids" ] || exit 0
# shellcheck disable=SC2086 # ids are hex words
{ said=$(docker inspect --type container -f "container$tab{{.Id}}$tab{{.State.Status}}$tab{{.State.Dead}}$tab{{.State.Pid}}$tab{{.Name}}$tab{{.Config.Image}}$tab{{range .Mounts}}{{.Propagation}} {{end}}$tab{{json .State.Error}}" $ids 2>&1 >&3) ||
  # A container that goes away meanwhile makes inspect fail for itself only; nothing else may be left out in silence.
  { printf '%s\n' "$said" | grep -vi -e '^warning' -e 'no such' >&2 && exit 4; }; } 3>&1
for id in $ids; do
  mount=$(cat "$root/image/$driver/layerdb/mounts/$id/mount-id" 2>/dev/null) && say layer "$id" "$mount"
done
exit 0
