#!/bin/sh
# A host of its own in the pid and mount namespace that this starts in: processes in mount namespaces that each have a copy
# of the same mounts of containers; of the first ten only every tenth has one, as it is with leaks. It ends with its stdin.
# Usage: unshare -m -p -f --mount-proc scan-host.sh NAMESPACES PROCESSES MOUNTS       (PROCESSES: in each namespace)
# Prints "ready ROOT NAMESPACE PID"; then the measured programs run in it (nsenter).
set -eu
spaces=$1 processes=$2 mounts=$3
root=/mnt/docker
mount -t tmpfs data /mnt
i=0
while [ $i -lt "$mounts" ]; do
  shm=$root/containers/$(printf '%064x' $((0xc0ffee000 + i)))/mounts/shm
  mkdir -p "$shm"
  mount -t tmpfs shm "$shm"
  [ $i -ge 10 ] || echo "$shm" >>/mnt/leaks
  i=$((i + 1))
done
mkfifo /mnt/up
exec 3<>/mnt/up
n=0
while [ $n -lt "$spaces" ]; do
  # shellcheck disable=SC2016 # for the inner shell
  unshare -m --propagation private sh -c '
    [ "$1" -eq 0 ] || xargs umount </mnt/leaks
    i=1; while [ $i -lt "$0" ]; do sleep 100000 & i=$((i + 1)); done
    echo up >&3; exec sleep 100000' "$processes" $((n % 10)) &
  read -r _ <&3
  n=$((n + 1))
done
namespace=$(readlink /proc/self/ns/mnt)
echo "ready $root $(echo "$namespace" | tr -dc 0-9)"
read -r _ || :
