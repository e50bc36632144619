#!/bin/sh
# Removes one Dead container, after looking again that it is Dead and that nobody uses its files.
# Usage: apply.sh ROOT CONTAINER LAYER ROOTFS     as docker/users.sh has them; its text is $UNWEDGE_LOOK, beside it where that is not set
#   CONTAINER: the full id: 28.2 and later name only what was asked for.
# Exit: 0 removed, 9 not Dead any more, or somebody uses its files (nothing done), 3 docker refused and it is still Dead: docker's words are on stderr,
#   1 docker failed, or hangs, and what it did is not known.
set -u
container=$2
case ${DOCKER_HOST:-} in unix://*) ;; *) export DOCKER_HOST=unix:///var/run/docker.sock ;; esac; unset DOCKER_CONTEXT DOCKER_TLS_VERIFY
dead() {
  state=$(timeout 60 docker inspect --type container -f '{{.State.Dead}} {{.State.Status}} {{.State.Pid}}' "$container" 2>&1)
  case $?:$state in
    124:*) echo 'docker inspect did not return: the Docker daemon hangs' >&2; exit 1 ;;
    0:*'true dead 0') ;; # A client may warn first.
    0:*) return 1 ;;
    # Up to 1.12 inspect may refuse a Dead container, and ps says truly that it is one (docs/docker-facts.md §0, §2).
    *) [ "$(timeout 60 docker ps -aq --no-trunc --filter status=dead --filter "id=$container" 2>/dev/null)" = "$container" ] ;;
  esac
}
dead || { echo "container $container is no longer Dead: $state" >&2; exit 9; }
[ -n "${UNWEDGE_LOOK:-}" ] || UNWEDGE_LOOK=$(cat "${0%/*}/../../docker/users.sh") || exit 9
uses=$(eval "$UNWEDGE_LOOK") || { echo "who uses the files of container $container is not known" >&2; exit 9; }
[ -z "$uses" ] || { printf '%s\n' "$uses" | awk -F '\t' -v id="$container" '{ print "the files of container " id " are in use: " $5 ($4 ? ", pid " $4 " (" $7 ")" : "") }' >&2; exit 9; }
# Never -f (it loses the container from docker's view before 17.06), never -v (it deletes volumes).
said=$(docker rm "$container" 2>&1) && exit 0
printf '%s\n' "$said" >&2
dead && exit 3
exit 1
