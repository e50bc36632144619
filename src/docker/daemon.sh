#!/bin/sh
# What systemd, its files and /proc say of the Docker daemon; docker itself is not asked. Only looks.
# Usage: daemon.sh [anyone]      anyone: root or not; a namespace that only root may see is ?
# Prints records, fields separated by tabs:
#   unit KEY=VALUE (of docker's unit, Id its name)      pid DOCKERD_PID PARENT      flag WORD (of dockerd's, secrets cut)
#   containerd own PID (a child of this dockerd) | flag WORD (that names its socket) | service (loaded) |
#     default (its service starts by itself, or its socket is there) | process PID (another one of the host's)
#   systemd VERSION      kubernetes WHY      namespace self|init|dockerd INODE
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
units=$(systemctl show docker.service docker-latest.service containerd.service -p Id -p LoadState -p ActiveState -p MainPID \
  -p MountFlags -p PrivateMounts -p FragmentPath -p DropInPaths -p NeedDaemonReload -p UnitFileState -p ExecStart \
  -p EnvironmentFiles 2>/dev/null)
unit=$(printf '%s\n' "$units" | sed 's/^ExecStart=.*[[:space:]]\(--containerd[= ][^ ;]*\).*/NextContainerd=\1/; /^ExecStart=/d' | awk 'BEGIN { RS = "" }
  /(^|\n)Id=containerd\.service/ { next }
  { rank = /(^|\n)MainPID=[1-9]/ ? 3 : /(^|\n)LoadState=loaded/ ? 2 : 1; if (rank > best) { best = rank; unit = $0 } } END { print unit }')
printf '%s\n' "$unit" | while IFS= read -r line; do [ -z "$line" ] || say unit "$line"; done
systemctl --version 2>/dev/null | sed -n '1s/^systemd \([0-9]*\).*/systemd\t\1/p'
case $unit in *ActiveState=inactive* | *ActiveState=failed*) ! systemctl is-active -q docker.socket || {
  echo 'docker.service is stopped, and any question would make docker.socket start it' >&2; exit 4; } ;; esac
dockerd=$(value_of MainPID)
is_docker() { case $(cat "/proc/$1/comm" 2>/dev/null) in docker*) ;; *) return 1 ;; esac; }
# Neither a container's nor another user's: those have a dockerd and a containerd of their own.
is_hosts() {
  ! grep -qsE '[0-9a-f]{64}' "/proc/$1/cgroup" || return 1
  space=$(readlink "/proc/$1/ns/pid" 2>/dev/null) && [ "$space" != "$(readlink /proc/1/ns/pid)" ] && return 1
  [ "$(sed -n 's/^Uid:[[:space:]]*\([0-9]*\).*/\1/p' "/proc/$1/status" 2>/dev/null)" = 0 ]
}
# Not a unit of systemd's, or a shell that started it: the daemon's own pid file tells.
if [ "${dockerd:-0}" = 0 ] || ! is_docker "$dockerd"; then
  by_file=$(cat /var/run/docker.pid 2>/dev/null) && is_docker "$by_file" && dockerd=$by_file
  [ "${dockerd:-0}" != 0 ] || dockerd=
fi
# comm is cut at 15 bytes; EL's builds are dockerd-current and docker-containerd-current, up to 1.11 it is `docker daemon`.
# shellcheck disable=SC2013 # paths and a name: no blanks
found_all=$(grep -sxE 'docker|dockerd(-current|-latest)?|containerd|docker-containe|kubelet|hyperkube' /proc/[0-9]*/comm /dev/null)
for found in $found_all; do
  pid=${found#/proc/}; pid=${pid%%/*}
  case ${found#*:}:$(words_of "$pid" | tr '\n' ' ') in
    dockerd*:* | docker:*docker\ daemon\ *) [ -n "$dockerd" ] || ! is_hosts "$pid" || dockerd=$pid ;;
    docker:* | *containerd-shim*) ;;
    kubelet:* | hyperkube:*kubelet*) say kubernetes "kubelet runs, pid $pid" ;;
  esac
done
for found in $found_all; do
  pid=${found#/proc/}; pid=${pid%%/*}
  case ${found#*:}:$(words_of "$pid" | tr '\n' ' ') in
    docker:* | dockerd*:* | *containerd-shim*) ;;
    *containe*)
      if [ "$(parent_of "$pid")" = "${dockerd:-none}" ]; then say containerd own "$pid"
      elif is_hosts "$pid"; then say containerd process "$pid"; fi ;;
  esac
done
[ -z "$dockerd" ] || words_of "$dockerd" | sed -n 's/^\(--containerd\(=.*\)*\)$/containerd\tflag\t\1/p'
next=$(value_of NextContainerd); [ -z "$next" ] || say containerd flag "$next"
case $(printf '%s\n' "$units" | awk 'BEGIN { RS = "" } /(^|\n)Id=containerd\.service/') in
  *LoadState=loaded*UnitFileState=enabled* | *LoadState=loaded*ActiveState=active*) say containerd service; say containerd default ;;
  *LoadState=loaded*) say containerd service ;;
esac
[ ! -S /run/containerd/containerd.sock ] || say containerd default
[ -e /etc/kubernetes/kubelet.conf ] && say kubernetes '/etc/kubernetes/kubelet.conf exists'
[ -n "$dockerd" ] && say pid "$dockerd" "$(parent_of "$dockerd")" && say namespace dockerd "$(seen_of "$dockerd")" &&
  words_of "$dockerd" | sed -n -E -e '/^--?(log-opt|cluster-store)/s/=.*//' -e '/^-/p' | while IFS= read -r word; do say flag "$word"; done
say namespace self "$(seen_of self)"; say namespace init "$(seen_of 1)"
may=absent; [ ! -r /proc/sys/fs/may_detach_mounts ] || read -r may </proc/sys/fs/may_detach_mounts
read -r release </proc/sys/kernel/osrelease; say kernel "$release" "$may"
name=$(value_of Id); fragment=$(value_of FragmentPath); directory=${fragment%/*}
[ -n "$name" ] || name=${fragment##*/}
# Drop-ins of the unit, of units that begin alike (docker-.service.d) and of all services (systemd 244), loaded or not.
[ ! -L /lib ] || case $directory in /lib/*) directory=/usr$directory ;; esac
set --
seen=::
for place in "$directory" /etc/systemd/system /run/systemd/system /usr/local/lib/systemd/system /usr/lib/systemd/system; do
  case $seen in *":$place:"*) continue ;; esac
  seen=$seen:$place:
  for own in "${name:=docker.service}" "${name%-*}-.service" service; do
    for file in "$place/$own.d"/*.conf; do [ ! -e "$file" ] || set -- "$@" "$file"; done
  done
done
turns_on() { # FILE
  [ -f "$1" ] || return 1
  case $1 in
    *.json) tr -d '\n' <"$1" | grep -Eq '"live-restore"[[:space:]]*:[[:space:]]*true' ;;
    *) grep -Eqs "^[^#]*--live-restore(=(1|t|T|true|TRUE|True))?([[:space:]\"']|\$)" "$1" ;;
  esac
}
for file in /etc/docker*/daemon.json /etc/sysconfig/docker* /etc/default/docker "$fragment" "$@"; do
  ! turns_on "$file" || say live_restore "$file"
done
value_of EnvironmentFiles | sed 's/ (ignore_errors=.*//' | while IFS= read -r file; do
  case $file in /etc/sysconfig/docker* | /etc/default/docker) ;; *) ! turns_on "$file" || say live_restore "$file" ;; esac
done
grep -s '^[[:space:]]*MountFlags[[:space:]]*=' "$fragment" "$@" /dev/null | while IFS= read -r line; do
  value=${line#*MountFlags*=}; say mount_flags "${line%%:*MountFlags*}" "${value# }"; done
exit 0
