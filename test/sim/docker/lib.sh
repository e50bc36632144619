# shellcheck shell=sh
# lib.sh: what all parts of the doubles share. Sourced; sets the personality, V and the places of the state.
# State: $S/containers/ID holds lines PATH=JSON, of which the last counts: docker inspect's tree, and Sim.* for what it does not tell.

# A test sets SIM, and the personality itself.
if [ -z "${SIM:-}" ]; then
  SIM=/sim/docker
  . /sim/personality
fi
S=/sim/state/docker

# 1.12.6 is 112, 17.06.2 is 1706: versions as numbers that can be compared.
minor=${DOCKER_VERSION#*.}
minor=${minor%%.*}
minor=${minor#0}
V=$((${DOCKER_VERSION%%.*} * 100 + ${minor:-0}))

# Red Hat's builds have names of their own; docker-ce's containerd was docker-containerd before 18.09.
DOCKERD_NAME=dockerd CONTAINERD_NAME=docker-containerd SHIM_NAME=docker-containerd-shim
if [ "${BUILD:-}" = rhel ]; then
  DOCKERD_NAME=dockerd-current CONTAINERD_NAME=docker-containerd-current SHIM_NAME=docker-containerd-shim-current
elif [ "$V" -ge 2010 ]; then
  CONTAINERD_NAME=containerd SHIM_NAME=containerd-shim-runc-v2
elif [ "$V" -ge 1809 ]; then
  CONTAINERD_NAME=containerd SHIM_NAME=containerd-shim
fi

# The pid of dockerd while it lives.
dockerd_pid() {
  read -r DOCKERD 2>/dev/null </run/docker.pid && [ -d "/proc/$DOCKERD" ]
}

daemon_error() {
  echo "Error response from daemon: $*" >&2
  exit "${EXIT:-1}"
}

# journal LEVEL TEXT: a line of dockerd's log, in the format of programs/log.
journal() {
  quoted=$2
  case $2 in *[\\\"]*) quoted=$(printf '%s' "$2" | sed 's/[\\"]/\\&/g') ;; esac
  now=$(date -u +%Y-%m-%dT%H:%M:%S.%NZ)
  printf '%s\t%s\ttime="%s" level=%s msg="%s"\n' "$now" "$DOCKERD_NAME" "$now" "$1" "$quoted" >>/sim/state/journal/docker.service
}

kernel_log() { /sim/programs/log kernel kernel "$1"; }

# A path as the kernel writes it in mountinfo.
kernel_text() {
  case $1 in
    *[\\\ ]*) printf '%s' "$1" | sed 's/\\/\\134/g; s/ /\\040/g' ;;
    *) printf '%s' "$1" ;;
  esac
}

# in_host COMMAND…: in the namespace of process 1.
in_host() { nsenter -t 1 -m -- "$@"; }

# put ID PATH=JSON…
put() {
  file=$S/containers/$1
  shift
  [ ! -e "$file" ] || printf '%s\n' "$@" >>"$file"
}

# get ID PATH: a scalar without its quotes; nothing where it is not set. Without a program: it is asked often.
get() {
  found=''
  while IFS='=' read -r key value; do
    [ "$key" != "$2" ] || found=$value
  done <"$S/containers/$1"
  found=${found#\"}
  printf '%s' "${found%\"}"
}

# started PID: when, in ticks since boot (field 22 of stat; the second may hold anything); nothing where there is no such process.
started() {
  read -r stat 2>/dev/null <"/proc/$1/stat" || return 0
  # shellcheck disable=SC2086 # its fields
  set -- ${stat##*) }
  echo "${20}"
}

# is_alive ID Pid|Shim: that process of the container is there, and not another with its number, as after a reboot.
is_alive() {
  case $2 in Pid) alive=$(get "$1" State.Pid) ;; *) alive=$(get "$1" Sim.Shim) ;; esac
  [ -n "$alive" ] && [ -n "$(started "$alive")" ] && [ "$(started "$alive")" = "$(get "$1" "Sim.$2Start")" ]
}

json_text() { printf '"%s"' "$(printf '%s' "$1" | sed 's/[\\"]/\\&/g' | tr '\n' ' ')"; }

# find_container WORD: sets ID; by id, name or unambiguous start of an id.
find_container() {
  ID=$1
  case $1 in *[!A-Za-z0-9_.-]* | '') ;; *) [ ! -e "$S/containers/$1" ] || return 0 ;; esac
  set -- "$1" "$S"/containers/*
  [ -e "$2" ] || return 1
  ID=$(WORD=$1 awk 'BEGIN { word = ENVIRON["WORD"]; sub(/^\//, "", word) }
    function id() { return substr(FILENAME, match(FILENAME, /[^\/]*$/)) }
    /^Name=/ { if ($0 == "Name=\"/" word "\"") found = id() }
    FNR == 1 && index(id(), word) == 1 { starts = id(); n++ }
    END { if (found) print found; else if (n == 1) print starts }' "$S"/containers/*)
  [ -n "$ID" ]
}

need_container() {
  find_container "$1" && return
  daemon_error "No such container: $1"
}
