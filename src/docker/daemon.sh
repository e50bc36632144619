#!/bin/sh
# What systemd, its files and /proc say of the Docker daemon; docker itself is not asked. Only looks.
# Usage: daemon.sh [anyone]      anyone: root or not; a namespace that only root may see is ?
# Prints records, fields separated by tabs:
#   unit KEY=VALUE (of docker's unit, Id its name)      pid DOCKERD_PID      flag WORD (of dockerd's, secrets cut)
#   containerd own|separate|none      kubernetes WHY      namespace self|init|dockerd INODE
#   kernel RELEASE MAY_DETACH_MOUNTS (absent, 0, 1)      live_restore FILE (that turns it on)
#   mount_flags FILE VALUE (loaded or not)
# Exit: 0 done, 3 no docker program here, 4 docker must not be asked: that would start it, 6 not root.
set -u
say() { printf '%s' "$1"; shift; printf '\t%s' "$@"; printf '\n'; }
namespace_of() { n=$(readlink "/proc/$1/ns/mnt" 2>/dev/null) && n=${n#*\[} && printf '%s' "${n%]}"; }
who=${1:-root}
seen_of() { n=$(namespace_of "$1"); [ "$who" != anyone ] || n=${n:-?}; printf '%s' "$n"; }
# The parent's pid: second field behind the program's name, which may hold anything.
parent_of() { s=$(cat "/proc/$1/stat" 2>/dev/null) || return 1; s=${s##*) }; s=${s#* }; printf '%s' "${s%% *}"; }
value_of() { printf '%s\n' "$unit" | sed -n "s/^$1=//p"; }
words_of() { tr '\000\n' '\n ' 2>/dev/null <"/proc/$1/cmdline"; }
[ "$(id -u)" -eq 0 ] || [ -n "$(namespace_of 1)" ] || [ "$who" = anyone ] || { echo "not root but $(id -un)" >&2; exit 6; }
command -v docker >/dev/null 2>&1 || { echo 'no docker program on this host' >&2; exit 3; }
# EL7 has a second docker as docker-latest: the unit that runs a daemon is meant, else the first that is there.
unit=$(systemctl show docker.service docker-latest.service -p Id -p LoadState -p ActiveState -p MainPID -p MountFlags \
  -p PrivateMounts -p FragmentPath -p DropInPaths -p NeedDaemonReload 2>/dev/null | awk 'BEGIN { RS = "" }
  { rank = /(^|\n)MainPID=[1-9]/ ? 3 : /(^|\n)LoadState=loaded/ ? 2 : 1; if (rank > best) { best = rank; unit = $0 } } END { print unit }')
printf '%s\n' "$unit" | while IFS= read -r line; do [ -z "$line" ] || say unit "$line"; done
case $unit in *ActiveState=inactive* | *ActiveState=failed*) ! systemctl is-active -q docker.socket || {
  echo 'docker.service is stopped, and any question would make docker.socket start it' >&2; exit 4; } ;; esac
dockerd=$(value_of MainPID)
# Not a unit of systemd's, or another name: the daemon's own pid file tells.
case $dockerd in '' | 0) dockerd=$(cat /var/run/docker.pid 2>/dev/null) || dockerd= ;; esac
layout=none
# comm is cut at 15 bytes; EL's builds are dockerd-current and docker-containerd-current, up to 1.11 it is `docker daemon`.
# shellcheck disable=SC2013 # paths and a name: no blanks
for found in $(grep -sxE 'docker|dockerd(-current|-latest)?|containerd|docker-containe|kubelet|hyperkube' /proc/[0-9]*/comm /dev/null); do
  pid=${found#/proc/}; pid=${pid%%/*}
  case ${found#*:}:$(words_of "$pid" | tr '\n' ' ') in
    dockerd*:* | docker:*docker\ daemon\ *) [ -n "$dockerd" ] || dockerd=$pid ;;
    docker:* | *containerd-shim*) ;;
    kubelet:* | hyperkube:*kubelet*) say kubernetes "kubelet runs, pid $pid" ;;
    *containe*) parent=$(parent_of "$pid") # By name, too: dockerd may come later in this list.
      case $parent:$(cat "/proc/$parent/comm" 2>/dev/null) in "${dockerd:-none}":* | *:dockerd* | *:docker) layout=own ;; *) [ $layout = own ] || layout=separate ;; esac ;;
  esac
done
[ -e /etc/kubernetes/kubelet.conf ] && say kubernetes '/etc/kubernetes/kubelet.conf exists'
say containerd "$layout"
[ -n "$dockerd" ] && say pid "$dockerd" && say namespace dockerd "$(seen_of "$dockerd")" &&
  words_of "$dockerd" | sed -n -E -e '/^--?(log-opt|cluster-store)/s/=.*//' -e '/^-/p' | while IFS= read -r word; do say flag "$word"; done
say namespace self "$(seen_of self)"; say namespace init "$(seen_of 1)"
may=absent; [ ! -r /proc/sys/fs/may_detach_mounts ] || read -r may </proc/sys/fs/may_detach_mounts
read -r release </proc/sys/kernel/osrelease; say kernel "$release" "$may"
name=$(value_of Id); fragment=$(value_of FragmentPath)
set -- "/etc/systemd/system/${name:=docker.service}.d"/*.conf "/run/systemd/system/$name.d"/*.conf "$fragment".d/*.conf
grep -Els '"live-restore"[[:space:]]*:[[:space:]]*true|^[^#]*--live-restore' /etc/docker*/daemon.json /etc/sysconfig/docker* \
  /etc/default/docker "$fragment" "$@" | while IFS= read -r file; do say live_restore "$file"; done
grep -s '^[[:space:]]*MountFlags=' "$fragment" "$@" /dev/null | while IFS= read -r line; do
  say mount_flags "${line%%:*MountFlags=*}" "${line#*MountFlags=}"; done
exit 0
