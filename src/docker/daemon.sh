#!/bin/sh
# What the Docker daemon says of itself and of its containers, and what systemd and /proc say of the daemon. Only looks.
# Usage: daemon.sh
# Prints records, fields separated by tabs:
#   daemon VERSION ROOT DRIVER LIVE_RESTORE      pid DOCKERD_PID      containerd own|separate|none      kubernetes WHY
#   namespace self|init|dockerd INODE            unit KEY=VALUE (of docker.service)      live_restore FILE (that turns it on)
#   container ID STATUS DEAD PID NAME IMAGE PROPAGATIONS "ERROR" (JSON)      layer ID MOUNT_ID
# Exit: 0 done, 3 no docker program here, 4 the daemon does not answer or does not tell, 6 not root, 124 it hangs.
set -u
tab=$(printf '\t')
say() { printf '%s' "$1"; shift; printf '\t%s' "$@"; printf '\n'; }
namespace_of() { n=$(readlink "/proc/$1/ns/mnt" 2>/dev/null) && n=${n#*\[} && printf '%s' "${n%]}"; }
ask() { timeout 60 docker "$@" || case $? in 124) return 124 ;; *) return 4 ;; esac; }
# The parent's pid: second field behind the program's name, which may hold anything.
parent_of() { s=$(cat "/proc/$1/stat" 2>/dev/null) || return 1; s=${s##*) }; s=${s#* }; printf '%s' "${s%% *}"; }
[ "$(id -u)" -eq 0 ] || { echo "not root but $(id -un)" >&2; exit 6; }
command -v docker >/dev/null 2>&1 || { echo 'no docker program on this host' >&2; exit 3; }
unit=$(systemctl show docker.service -p LoadState -p ActiveState -p MainPID -p MountFlags -p PrivateMounts -p FragmentPath \
  -p DropInPaths -p NeedDaemonReload 2>/dev/null)
printf '%s\n' "$unit" | while IFS= read -r line; do [ -z "$line" ] || say unit "$line"; done
case $unit in *ActiveState=inactive* | *ActiveState=failed*) ! systemctl is-active -q docker.socket || {
  echo 'docker.service is stopped, and any question would make docker.socket start it' >&2; exit 4; } ;; esac
info=$(ask info -f "{{.ServerVersion}}$tab{{.DockerRootDir}}$tab{{.Driver}}$tab{{.LiveRestoreEnabled}}") || {
  code=$?; [ $code -eq 124 ] || ask version -f ok >/dev/null; exit $code; } # version has better words for it
case $info in *"$tab"/*"$tab"?*"$tab"*) ;; *) echo "docker info gives no root directory: $info" >&2; exit 4 ;; esac
say daemon "$info"
root=${info#*"$tab"}; root=${root%%"$tab"*}
driver=${info#*"$tab"*"$tab"}; driver=${driver%%"$tab"*}
dockerd=$(printf '%s\n' "$unit" | sed -n 's/^MainPID=//p')
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
ids=$(ask ps -aq --no-trunc) || exit; [ -n "$ids" ] || exit 0
# shellcheck disable=SC2086 # ids are hex words
{ said=$(ask inspect --type container -f "container$tab{{.Id}}$tab{{.State.Status}}$tab{{.State.Dead}}$tab{{.State.Pid}}$tab{{.Name}}$tab{{.Config.Image}}$tab{{range .Mounts}}{{.Propagation}} {{end}}$tab{{json .State.Error}}" $ids 2>&1 >&3) ||
  # A container that goes away meanwhile makes inspect fail for itself only; nothing else may be left out in silence.
  { [ $? -ne 124 ] || exit 124; printf '%s\n' "$said" | grep -vi -e '^warning' -e 'no such' >&2 && exit 4; }; } 3>&1
for id in $ids; do
  mount=$(cat "$root/image/$driver/layerdb/mounts/$id/mount-id" 2>/dev/null) && say layer "$id" "$mount"
done
exit 0
