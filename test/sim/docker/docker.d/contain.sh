#!/bin/sh
# The first process of a container, up to its program: makes its mount namespace. Started by the shim, in the shim's namespace.
# Usage: contain.sh ID     descriptor 9 is closed when the program runs
# Exit: 127 there is no root filesystem here; else as the program's.
set -u
. /sim/docker/lib.sh
. "$SIM/drivers.sh"
case ${2-} in
  '')
    if [ "${CGROUP_DRIVER:-cgroupfs}" = systemd ]; then cgroup=/system.slice/docker-$1.scope; else cgroup=/docker/$1; fi
    in_host /sim/programs/cgroup $$ "$cgroup"
    put "$1" 'State.Status="running"' State.Running=true State.Pid=$$ "Sim.PidStart=$(started $$)" State.ExitCode=0 Sim.Stopped=false Sim.Listed= "Sim.Since=$(date +%s)" \
      "State.StartedAt=\"$(date -u +%Y-%m-%dT%H:%M:%S.%NZ)\""
    # A remapped root is root of a user namespace of its own only, where copies of the host's mounts are locked.
    if [ "$USERNS_REMAP" = yes ]; then set -- "$1" --user --map-root-user; else set -- "$1"; fi
    id=$1
    shift
    exec unshare "$@" --mount --propagation slave sh "$0" "$id" mounts
    ;;
esac
rootfs=$(rootfs_of "$(mount_id_of "$1")")
# As runc does; a copy that is locked could not become the root.
mount --rbind "$rootfs" "$rootfs"
if ! [ -x "$rootfs/bin/sleep" ]; then
  # shellcheck disable=SC2016 # the daemon's words
  echo 'OCI runtime create failed: container_linux.go:380: starting container process caused: exec: "sleep": executable file not found in $PATH: unknown' >"$S/failed/$1"
  exit 127
fi
while IFS="$(printf '\t')" read -r source path propagation; do
  if [ "$source" = tmpfs ]; then
    mount -t tmpfs tmpfs "$rootfs$path"
  else
    mount --rbind "$source" "$rootfs$path"
    mount "--make-$propagation" "$rootfs$path"
  fi
done <"$S/binds/$1"
exec "$S/bin/sim-init" "$rootfs" /bin/sleep 1000000
