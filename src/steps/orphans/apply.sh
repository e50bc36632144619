#!/bin/sh
# Removes the empty directories that are left of a container, after looking again that nothing knows or uses them.
# By rmdir only: it takes no directory that holds anything.
# Usage: apply.sh ROOT ID CHANGED PATH…     CHANGED: mtime of ROOT/containers/ID; PATH: its directories below it, the deepest first
# Exit: 0 removed, 9 no longer as planned (nothing done), 3 busy (nothing done), 1 docker does not tell, or some of them are left.
set -u
export LC_ALL=C
case ${DOCKER_HOST:-} in unix://*) ;; *) export DOCKER_HOST=unix:///var/run/docker.sock ;; esac; unset DOCKER_CONTEXT DOCKER_TLS_VERIFY
root=$1 id=$2 changed=$3
shift 3
directory=$root/containers/$id
drifted() { echo "$1" >&2; exit 9; }
known=$(timeout 60 docker ps -aq --no-trunc) || { echo 'docker does not tell which containers there are' >&2; exit 1; }
case $known in *"$id"*) drifted "docker knows container $id" ;; esac
{ [ -d "$directory" ] && ! [ -h "$directory" ]; } || drifted "$directory is gone"
[ "$(stat -c %Y "$directory")" = "$changed" ] || drifted "$directory has changed since"
# shellcheck disable=SC2012 # no file names here
namespaces=$(ls -ln /proc/[0-9]*/ns/mnt 2>/dev/null | awk '!seen[$NF]++ { split($(NF - 2), p, "/"); print "/proc/" p[3] "/mountinfo" }')
[ -n "$namespaces" ] || { echo 'no mount namespace can be read below /proc' >&2; exit 1; }
# shellcheck disable=SC2086 # paths without blanks
used=$(grep -slF -e "$id" $namespaces /proc/[0-9]*/cgroup)
[ -z "$used" ] || drifted "$directory is in use: $used"
# A shim names its container in its command line; busybox grep ends at the first NUL.
# shellcheck disable=SC2013 # paths without blanks
shims=$(for comm in $(grep -slE '^(containerd-shim|docker-containe)' /proc/[0-9]*/comm); do tr '\000' ' ' <"${comm%comm}cmdline"; done 2>/dev/null)
case $shims in *"$id"*) drifted "a shim of containerd is there for $id" ;; esac
# shellcheck disable=SC2010 # the link's target is wanted
if ls -ln /proc/[0-9]*/cwd /proc/[0-9]*/root /proc/[0-9]*/fd/ 2>/dev/null | grep -qF "/containers/$id"; then drifted "a process has something open in $directory"; fi
found=$(find "$directory" -xdev ! -type d | head -n 1)
[ -z "$found" ] || drifted "$found is there by now"
removed=''
for path in "$@"; do
  rmdir "$directory/$path" && removed=yes && continue
  [ -n "$removed" ] || exit 3
  exit 1
done
