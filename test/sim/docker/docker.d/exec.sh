#!/bin/sh
# docker exec [OPTION…] CONTAINER PROGRAM [ARGUMENT…], in dockerd's mount namespace. Usage: exec.sh exec ARGUMENT…
# Exit: 126 the container's root filesystem can't be entered, 127 no such program there; else as the program's.
set -u
. /sim/docker/lib.sh
. "$SIM/drivers.sh"
shift
while :; do
  case ${1-} in
    -u | --user | -e | --env | -w) shift 2 ;;
    -*) shift ;;
    *) break ;;
  esac
done
need_container "$1"
[ "$(get "$ID" State.Running)" = true ] || daemon_error "Container $ID is not running"
shift
pid=$(get "$ID" State.Pid)
rootfs=$(rootfs_of "$(mount_id_of "$ID")")
# runc goes by what dockerd's containerd sees there (docs/docker-facts.md §6).
if ! [ -e "$rootfs/bin" ]; then
  echo 'OCI runtime exec failed: exec failed: unable to start container process: error starting setns process: fork/exec /proc/self/exe: no such file or directory: unknown' >&2
  exit 126
fi
case $1 in
  /*) program=$1 ;;
  *) program=/bin/$1 ;;
esac
if ! [ -x "/proc/$pid/root$program" ]; then
  # shellcheck disable=SC2016 # the daemon's words
  printf 'OCI runtime exec failed: exec failed: exec: "%s": executable file not found in $PATH: unknown\n' "$1" >&2
  exit 127
fi
shift
if [ "$USERNS_REMAP" = yes ]; then exec nsenter -t "$pid" -U -m -r -w --preserve-credentials -- "$program" "$@"; fi
exec nsenter -t "$pid" -m -r -w -- "$program" "$@"
