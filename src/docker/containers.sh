#!/bin/sh
# What the Docker daemon says of itself and of its containers, from 1.10 to today. Only looks.
# Usage: containers.sh
# Prints records, fields separated by tabs:
#   daemon VERSION ROOT DRIVER LIVE_RESTORE (empty: not told)      layer ID MOUNT_ID
#   container ID STATUS DEAD PID NAME IMAGE FINISHED "ERROR" [MOUNTS] (the last two JSON)
#   config ID {CONFIG} (JSON: its config.v2.json, where the daemon refuses to tell)
# Exit: 0 done, 4 the daemon does not answer, does not tell or is another host's or user's, 5 docker is podman, 124 it hangs.
set -u
tab=$(printf '\t')
# A DOCKER_HOST or a context of root's may lead to another host.
case ${DOCKER_HOST:-} in unix://*) ;; *) DOCKER_HOST=unix:///var/run/docker.sock ;; esac
export DOCKER_HOST; unset DOCKER_TLS_VERIFY DOCKER_CONTEXT
ask() { timeout 60 docker "$@" || case $? in 124) return 124 ;; *) return 4 ;; esac; }
# Up to 1.12 info has no -f. version has better words for a daemon that is down.
plain_info() {
  ask version -f ok >/dev/null || return
  said=$(ask info) || return
  printf '%s\n' "$said" | awk -F ': ' '{ v = $0; sub(/^[^:]*: /, "", v); told[$1] = v } END { OFS = "\t"
    print told["Server Version"], told["Docker Root Dir"], told["Storage Driver"], told["Live Restore Enabled"] }'
}
# The client of 26.1 ends with 0 and empty fields where the daemon is down; podman's fails.
is_whole() { case $1 in *"$tab"/*"$tab"?*"$tab"*) ;; *) return 1 ;; esac; }
info=$(ask info -f "{{.ServerVersion}}$tab{{.DockerRootDir}}$tab{{.Driver}}$tab{{.LiveRestoreEnabled}}" 2>/dev/null)
[ $? -ne 124 ] || exit 124
is_whole "$info" || {
  case $(timeout 60 docker --version 2>/dev/null) in *[Pp]odman*) echo 'docker is podman here' >&2; exit 5 ;; esac
  info=$(plain_info) || exit; }
is_whole "$info" || { echo "docker info gives no root directory: $info" >&2; exit 4; }
printf 'daemon\t%s\n' "$info"
root=${info#*"$tab"}; root=${root%%"$tab"*}
driver=${info#*"$tab"*"$tab"}; driver=${driver%%"$tab"*}
whose="another host's"
case $DOCKER_HOST in unix:///run/user/*) whose="a user's (rootless docker), not the machine's: unset DOCKER_HOST" ;; esac
[ -d "$root" ] || { echo "docker's data root $root is not here: the daemon at $DOCKER_HOST is $whose" >&2; exit 4; }

ids=$(ask ps -aq --no-trunc) || exit
# shellcheck disable=SC2086 # ids are hex words
set -- $ids
while [ $# -gt 0 ]; do
  said=$(ask inspect --type container -f "container$tab{{.Id}}$tab{{.State.Status}}$tab{{.State.Dead}}$tab{{.State.Pid}}$tab{{.Name}}$tab{{.Config.Image}}$tab{{.State.FinishedAt}}$tab{{json .State.Error}}$tab{{json .Mounts}}" "$@" 2>&1)
  code=$?
  printf '%s\n' "$said" | grep "^container$tab"
  [ $code -ne 0 ] || break
  [ $code -ne 124 ] || exit 124
  # Up to 1.12 inspect ends at the first that it can't tell of; later clients tell of all the others.
  left=; for id; do case $said in *"container$tab$id$tab"*) ;; *) left="$left $id" ;; esac; done
  # shellcheck disable=SC2086
  set -- $left
  [ $# -gt 0 ] || break
  case $said in
    *'o such container'*"$1"* | *'o such image'*"$1"* | *'o such object'*"$1"*) ;; # It went away meanwhile.
    *'rror response from daemon'*) # Up to 1.12 some Dead ones are refused, and that file is the first to go (docs/docker-facts.md §0, §2).
      if [ -r "$root/containers/$1/config.v2.json" ]; then
        printf 'config\t%s\t' "$1"; tr '\t\n' '  ' <"$root/containers/$1/config.v2.json"; echo
      else ask ps -a --no-trunc --filter status=dead --filter "id=$1" --format "container$tab{{.ID}}${tab}dead${tab}true${tab}0$tab/{{.Names}}$tab{{.Image}}$tab$tab\"\"${tab}[]" |
          grep "^container$tab$1$tab" || { printf '%s\n' "$said" | grep -v "^container$tab" >&2; exit 4; }
      fi ;;
    *) printf '%s\n' "$said" | grep -vi -e "^container$tab" -e '^warning' >&2; exit 4 ;;
  esac
  shift
done
# The id is the directory's name.
grep -s '' "$root/image/$driver/layerdb/mounts"/*/mount-id /dev/null |
  awk -F / '{ sub(/^mount-id:/, "", $NF); printf "layer\t%s\t%s\n", $(NF - 1), $NF }'
exit 0
