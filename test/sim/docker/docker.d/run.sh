#!/bin/sh
# docker run -d | docker create [OPTION…] IMAGE [COMMAND…], in dockerd's mount namespace. Usage: run.sh run|create ARGUMENT…
set -u
. /sim/docker/lib.sh
. "$SIM/drivers.sh"
. "$SIM/lifecycle.sh"
. "$SIM/creation.sh"
run=$1
shift
name='' binds='' policy=no ipc=''
# The default is private since 19.03 (moby cd4c589e9d).
[ "$V" -ge 1903 ] || ipc=shareable
EXIT=125
refuse() { echo "docker: Error response from daemon: $1." >&2; exit 125; }
while [ $# -gt 0 ]; do
  case $1 in
    --name) name=$2; shift ;;
    -v | --volume) bind "$2"; shift ;;
    --tmpfs) binds="${binds}tmpfs	$2
"; shift ;;
    --restart) policy=${2%%:*}; shift ;;
    --ipc) ipc=$2; shift ;;
    --name=*) name=${1#*=} ;;
    --volume=*) bind "${1#*=}" ;;
    --restart=*) policy=${1#*=} ;;
    --ipc=*) ipc=${1#*=} ;;
    --net | --network | -e | --env | --label | -l | -p | --pid | --hostname | -h | --user | -u | -m | --memory) shift ;;
    -*) ;;
    *) break ;;
  esac
  shift
done
[ $# -gt 0 ] || { echo '"docker run" requires at least 1 argument.' >&2; exit 125; }
hex=$(od -An -N64 -tx1 /dev/urandom | tr -d ' \n')
ID=$(printf '%.64s' "$hex")
layer=${hex#"$ID"}
[ -n "$name" ] || name=container_$(printf '%.8s' "$hex")
! grep -qsFx "Name=\"/$name\"" "$S"/containers/* || refuse "Conflict. The container name \"/$name\" is already in use"
create "$1"
if [ "$run" = run ]; then
  said=$(start_container "$ID") || { put "$ID" 'State.Status="created"'; echo "$ID"; refuse "$said"; }
fi
echo "$ID"
