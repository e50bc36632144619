#!/bin/sh
# Removes one Dead container, after looking again that it is Dead.
# Usage: apply.sh CONTAINER     (the full id: 28.2 and later name only what was asked for)
# Exit: 0 removed, 9 not Dead any more (nothing done), 1 docker refused: its words are on stderr.
set -u
container=$1
state=$(timeout 60 docker inspect --type container -f '{{.State.Dead}} {{.State.Status}} {{.State.Pid}}' "$container" 2>&1) ||
  [ $? -ne 124 ] || { echo 'docker inspect did not return: the Docker daemon hangs' >&2; exit 1; }
# A client may warn first.
case $state in *'true dead 0') ;; *) echo "container $container is no longer Dead: $state" >&2; exit 9 ;; esac
# Never -f (it loses the container from docker's view before 17.06), never -v (it deletes volumes).
said=$(docker rm "$container" 2>&1) && exit 0
printf '%s\n' "$said" >&2
exit 1
