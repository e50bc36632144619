# shellcheck shell=sh
# docker ps [-a] [-q] [--no-trunc] [--filter KEY=VALUE]… [--format TEMPLATE]
all=0 quiet=0 trunc=1 format='' filters='' given=0
while [ $# -gt 0 ]; do
  case $1 in
    --all) all=1 ;;
    --quiet) quiet=1 ;;
    --no-trunc | --no-trunc=true) trunc=0 ;;
    --filter | -f) filters="$filters$2
"; shift ;;
    --filter=* | -f=*) filters="$filters${1#*=}
" ;;
    --format) format=$2 given=1; shift ;;
    --format=*) format=${1#*=} given=1 ;;
    --*) echo "unknown flag: $1" >&2; exit 125 ;;
    -*)
      case $1 in *a*) all=1 ;; esac
      case $1 in *q*) quiet=1 ;; esac
      case $1 in *f) filters="$filters$2
"; shift ;; esac
      ;;
    *) echo "\"docker ps\" accepts no arguments." >&2; exit 1 ;;
  esac
  shift
done
# Before API 1.25 there was no such state (moby v1.12.6:daemon/list.go).
if [ "$V" -lt 113 ]; then
  case $filters in *status=removing*) daemon_error 'Unrecognised filter value for status: removing' ;; esac
fi
[ $given = 1 ] && [ -z "$format" ] && given=0
set -- "$S"/containers/*
[ -e "$1" ] || set -- /dev/null
FORMAT=$format FILTERS=$filters exec awk -v all=$all -v quiet=$quiet -v trunc=$trunc -v given=$given -v version="$V" \
  -f "$SIM/template.awk" -f "$SIM/containers.awk" -f "$SIM/docker.d/ps.awk" "$@"
