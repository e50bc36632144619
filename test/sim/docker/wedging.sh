# shellcheck shell=sh
# wedging.sh: what the scenarios share. A scenario starts healthy containers and holders, calls `stick` for those that docker shall fail
# to remove, then `report`, which checks from docker and /proc that the host is truly in that state.

fail() {
  echo "$SCENARIO: $*" >&2
  docker ps -a --no-trunc >&2
  exit 1
}

cannot() {
  # shellcheck disable=SC2153 # of the personality
  echo "$SCENARIO: not on $NAME: $*" >&2
  exit 3
}

# ---- what this personality can be brought to ----

# A copy in another namespace keeps a container's files only by the old kernels' rule, or its device or dataset open.
needs_foreign_copies() {
  [ "$(kernel_rule)" = own ] || return 0
  [ "$DRIVER" != zfs ] || return 0
  # Since 17.12 the mountpoint is removed with the mount, and the copies with it (moby 92e45b81e0).
  [ "$DRIVER:$DM_DEFERRED" != devicemapper:0 ] || [ "$V" -ge 1712 ] || return 0
  cannot "copies in other namespaces do not keep $DRIVER's files on this kernel ($KERNEL): a plain docker rm removes the container"
}

needs_host_namespace() {
  [ "$DOCKERD_NAMESPACE" = host ] || cannot 'dockerd has MountFlags=slave: what is started outside docker has no copies of its mounts'
}

needs_own_containerd() {
  [ "$CONTAINERD" = own ] || cannot 'with a containerd.service of its own and MountFlags=slave no container starts'
}

# ---- containers ----

# start NAME [OPTION…]: prints the id. A shareable shm is what puts a mount below containers/ID/ (the default before 19.03).
start() {
  name=$1
  shift
  [ "$V" -lt 1903 ] || set -- --ipc shareable "$@"
  docker run -d --name "$name" --net none "$@" "${IMAGE:-lab/busybox:1}" /bin/sleep 1000000 || fail "docker run $name"
}

start_neighbour() { NEIGHBOUR=$(start neighbour "$@") || exit; }

# ---- holders ----

# in_dockerd COMMAND…: in the mount namespace of dockerd, which is the host's or not.
in_dockerd() {
  dockerd_pid
  nsenter -t "$DOCKERD" -m -- "$@"
}

# 18.03 and later refuse private binds of the root and of what is above it; an alias of / passes. Below a private mount, or it
# would spread to every service's namespace.
alias_root() {
  in_dockerd sh -c 'mkdir -p /mnt/all && mount --bind /mnt /mnt && mount --make-private /mnt && mount --rbind / /mnt/all && mount --make-rprivate /mnt/all'
}

drop_alias() { in_dockerd sh -c 'umount -l /mnt/all && umount /mnt'; }

start_agent() {
  if [ "$V" -lt 1803 ]; then
    agent=$(start "$1" -v /:/rootfs:rprivate) || exit
  else
    alias_root
    agent=$(start "$1" -v /mnt/all:/rootfs:rprivate) || exit
    drop_alias
  fi
  HOLDERS="$HOLDERS container:$agent"
}

# program NAME: a path of the program that only waits, under that name.
program() {
  cp "$S/bin/sim-init" "/usr/local/sbin/$1"
  echo "/usr/local/sbin/$1"
}

# start_service NAME: with private mounts, as systemd ran some in EL7: it keeps a copy of all that was mounted when it started.
start_service() {
  printf '[Unit]\nDescription=%s\n[Service]\nExecStart=%s\nMountFlags=private\n' "$1" "$(program "$1")" >"/etc/systemd/system/$1.service"
  systemctl daemon-reload
  systemctl start "$1.service" || fail "systemctl start $1"
  HOLDERS="$HOLDERS unit:$1.service"
}

# start_private NAME: a bare process with a private copy of all mounts; sets PRIVATE.
start_private() {
  setsid unshare --mount --propagation private "$(program "$1")" </dev/null >/dev/null 2>&1 &
  PRIVATE=$!
  until [ "$(cat "/proc/$PRIVATE/comm")" = "$1" ]; do sleep 0.01; done
  in_host /sim/programs/cgroup "$PRIVATE" /user.slice/user-0.slice/session-1.scope
}

start_process() {
  start_private backup
  HOLDERS="$HOLDERS process:$PRIVATE"
}

give_dockerd_a_namespace() {
  mkdir -p /etc/systemd/system/docker.service.d
  printf '[Service]\nMountFlags=slave\n' >/etc/systemd/system/docker.service.d/slave.conf
  systemctl daemon-reload
  systemctl restart docker || fail 'systemctl restart docker'
}

# ---- the wedge ----

# stick ID…: docker tries to remove them all at once, and has to fail. Without -f: before 17.06 that would lose them.
stick() {
  for id; do
    docker kill "$id" >/dev/null 2>&1
    docker rm "$id" >/dev/null 2>"$S/said.$id"
  done
  STUCK="$STUCK $*"
}

# held_mounts ID: NAMESPACE LINE of each mount of the container or of its layer.
held_mounts() {
  layer=$(mount_id_of "$1")
  all_mounts | awk -v id="/containers/$1/" -v layer="/${layer:-none}" 'index($6 "/", id) || index($6 "/", layer "/")'
}

must_be_stuck() {
  case $(docker ps -a --no-trunc --filter "id=$1") in
    *"$1"*'Removal In Progress'* | *"$1"*' Dead '*) ;;
    *) fail "docker ps does not show $1 as Dead; docker rm said: $(cat "$S/said.$1")" ;;
  esac
  grep -q "$2" "$S/said.$1" || fail "docker rm did not say '$2' but: $(cat "$S/said.$1")"
  [ "$INSPECT_DEAD" = fails ] || [ "$(docker inspect -f '{{.State.Dead}} {{.State.Status}}' "$1")" = 'true dead' ] ||
    fail "docker inspect does not say that $1 is dead"
  rm -f "$S/said.$1"
}

must_be_held() {
  must_be_stuck "$1" '[Bb]usy'
  [ -n "$(held_mounts "$1")" ] || fail "no mount namespace has a mount of $1"
}

must_be_alive() { docker exec "$1" true || fail "container $1 does not run"; }

# INODE:PID of the first process of every mount namespace that has a stuck container's mount; 0 where none is in it.
holding_namespaces() {
  for id in $STUCK; do held_mounts "$id"; done | awk '!seen[$1]++ { gsub(/[^0-9]/, "", $1); print $1 }' | while read -r inode; do
    pid=$(find /proc/[0-9]*/ns/mnt -printf '%l %h\n' 2>/dev/null | sed -n "s|^mnt:\[$inode\] /proc/\([0-9]*\)/ns|\1|p" | sort -n | head -n 1)
    echo "$inode:${pid:-0}"
  done
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
}
