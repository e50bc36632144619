#!/bin/sh
# wedge.sh: what the scenarios share. `lab.sh wedge` sends this file and one of scenarios/ behind it to a host: sh -eu -s SCENARIO
# A scenario starts healthy containers and holders, calls `stick` for those that docker shall fail to remove, then `report`, which
# checks from docker and /proc that the host is truly in that state and prints it as KEY=VALUE lines.
# Exit: 0 wedged, 1 not wedged (stderr says what was seen), 3 this host can't be wedged that way.

export LC_ALL=C
SCENARIO=$1
# shellcheck disable=SC2034 # scenarios use it
DOCKER_ROOT=$(docker info -f '{{.DockerRootDir}}' 2>/dev/null)
NOTES=$(mktemp -d)
STUCK=''
HOLDERS=''

fail() {
  echo "$SCENARIO: $*" >&2
  docker ps -a --no-trunc --format '{{.ID}} {{.Names}}: {{.Status}}' >&2
  exit 1
}

[ -z "$(docker ps -aq)" ] || fail 'this host has containers already; lab.sh reset it first'

# ---- containers ----

# start NAME [DOCKER OPTION…]: prints the id. Shareable IPC is what puts a mount below containers/ID/ (docker 19.03+ default: private).
start() {
  name=$1
  shift
  docker run -d --name "$name" --network none --ipc shareable "$@" "${IMAGE:-lab/busybox:1}" /bin/sleep 1000000
}

start_neighbour() { NEIGHBOUR=$(start neighbour "$@"); }

# ---- holders ----

# dockerd 18.03+ refuses private binds of its root or of what is above it (moby 589a0afa8c); an alias of / passes.
# It hangs below a private mount: below the shared / it would spread to every service's namespace.
alias_root() {
  mkdir -p /mnt/all
  mount --bind /mnt /mnt
  mount --make-private /mnt
  mount --rbind / /mnt/all
  mount --make-rprivate /mnt/all
}

drop_alias() { umount -l /mnt/all && umount /mnt; }

start_agent() {
  alias_root
  agent=$(start "$1" -v /mnt/all:/rootfs:rprivate)
  drop_alias
  HOLDERS="$HOLDERS container:$agent"
}

# A service as systemd ran them in EL7: private mounts, so it keeps a copy of all that was mounted when it started.
start_service() {
  cp /bin/sleep "/usr/local/sbin/$1"
  printf '[Unit]\nDescription=%s\n[Service]\nExecStart=/usr/local/sbin/%s 1000000\nMountFlags=private\n' "$1" "$1" >"/etc/systemd/system/$1.service"
  systemctl daemon-reload
  systemctl start "$1.service"
  HOLDERS="$HOLDERS unit:$1.service"
}

start_process() {
  setsid unshare -m --propagation private sleep 1000000 </dev/null >/dev/null 2>&1 &
  until [ "$(cat "/proc/$!/comm")" = sleep ]; do sleep 0.05; done
  HOLDERS="$HOLDERS process:$!"
}

# ---- the wedge ----

# stick ID…: docker removes them all at once, tries each for 6 s (50 times 100 ms, moby ddae20c032) and has to fail.
stick() {
  removals=''
  for id; do
    docker rm -f "$id" >/dev/null 2>"$NOTES/$id" &
    removals="$removals $!"
  done
  for removal in $removals; do wait "$removal" || :; done
  STUCK="$STUCK $*"
}

holder_pids_of() { grep -l "/containers/$1/mounts/shm " /proc/[0-9]*/mountinfo 2>/dev/null | tr -cd '0-9\n'; }

must_be_stuck() {
  [ "$(docker ps -a --no-trunc --filter "id=$1" --format '{{.ID}} {{.State}}')" = "$1 removing" ] || fail "docker ps does not show $1 as being removed"
  case $(docker inspect -f '{{.State.Status}} {{.State.Dead}} {{.State.Error}}' "$1") in
    "dead true "*"$2"*) ;;
    *) fail "docker inspect does not say: dead, because '$2'; docker rm said: $(cat "$NOTES/$1")" ;;
  esac
}

must_be_held() {
  must_be_stuck "$1" 'device or resource busy'
  [ -n "$(holder_pids_of "$1")" ] || fail "no process has a mount of $1"
}

must_be_alive() {
  docker exec "$1" true || fail "container $1 does not run"
}

# Prints NAMESPACE:PID of the lowest pid in every mount namespace that holds a stuck container's mount.
holding_namespaces() {
  for id in $STUCK; do holder_pids_of "$id"; done | sort -nu | while read -r pid; do
    inode=$(stat -L -c %i "/proc/$pid/ns/mnt" 2>/dev/null) || continue
    echo "$inode $pid"
  done | awk '!seen[$1]++ { print $1 ":" $2 }'
}

join() { tr '\n' ' ' | sed 's/^ *//; s/ *$//'; }

report() {
  for id in $STUCK; do "${STUCK_CHECK:-must_be_held}" "$id"; done
  must_be_alive "$NEIGHBOUR"
  echo "SCENARIO=$SCENARIO"
  echo "STUCK=$(echo "$STUCK" | join)"
  echo "HOLDERS=$(echo "$HOLDERS" | join)"
  echo "NAMESPACES=$(holding_namespaces | join)"
  echo "NEIGHBOUR=$NEIGHBOUR"
  rm -r "$NOTES"
}
