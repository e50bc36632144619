# shellcheck shell=sh
# docker info [-f TEMPLATE]: the template only from 1.13 on (moby 1.13: cli/command/system/info.go).
format=''
case ${1-} in
  -f | --format) format=$2 flag=$1 ;;
  -f=* | --format=*) format=${1#*=} flag=${1%%=*} ;;
  '') flag='' ;;
  *) echo "unknown flag: $1" >&2; exit 125 ;;
esac
if [ -n "$flag" ] && [ "$V" -lt 113 ]; then
  { echo "flag provided but not defined: $flag"; echo "See 'docker info --help'."; } >&2
  exit 125
fi
live=$(cat "$S/live-restore")
read -r root <"$S/root"
set -- "$S"/containers/*
[ -e "$1" ] || set -- /dev/null
FORMAT=$format exec awk -v V="$V" -v version="$DOCKER_VERSION" -v driver="$DRIVER" -v root="$root" -v live="$live" -v kernel="$KERNEL" \
  -v host="$(cat /etc/hostname)" -v os="${OS:-Linux}" -v cgroup="${CGROUP_DRIVER:-cgroupfs}" \
  -f "$SIM/template.awk" -f "$SIM/containers.awk" -f "$SIM/docker.d/info.awk" "$@"
