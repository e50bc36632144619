# shellcheck shell=sh
# world.sh: the words of which test/harm/program.ts makes its programs. Sourced by boot.sh; ns_NAME is the first process of each namespace.
# What the kernel refuses is left out: what came of it all is read from the kernel.

# shellcheck disable=SC2034 # by within, by its name
ns_host=1

# within NS COMMAND…: in that mount namespace.
within() {
  eval "pid=\${ns_$1:-}"
  shift
  [ -n "$pid" ] || return 0
  if [ "$pid" = 1 ]; then "$@"; else nsenter -t "$pid" -m -- "$@"; fi
}

# named COMM CGROUP COMMAND…: a process that stays; sets pid.
named() {
  comm=$1 cgroup=$2
  shift 2
  # The substitution ends when the process closes its stdout.
  pid=$(COMM=$comm "$@" </dev/null & echo $!)
  [ -e "/proc/$pid/stat" ] || { pid=; return 1; }
  echo "0::$cgroup" >"/s/cgroup/$pid"
  mount --bind "/s/cgroup/$pid" "/proc/$pid/cgroup"
}

# holder NS FROM private|slave|shared|unchanged|userns COMM CGROUP: a process with a copy of the mounts of FROM.
holder() {
  eval "from=\${ns_$2:-1}"
  # As systemd does it: cut off first, then shared anew.
  case $3 in
    shared) set -- "$1" "$4" "$5" slave sh /h/idle shared ;;
    userns) set -- "$1" "$4" "$5" private --user --map-root-user sh /h/idle ;;
    *) set -- "$1" "$4" "$5" "$3" sh /h/idle ;;
  esac
  name=$1 called=$2 group=$3 propagation=$4
  shift 4
  named "$called" "$group" nsenter -t "$from" -m -- unshare --mount --propagation "$propagation" "$@" && eval "ns_$name=$pid"
}

# another NS COMM CGROUP: one more process in that namespace.
another() {
  eval "from=\${ns_$1:-}"
  [ -z "$from" ] || named "$2" "$3" nsenter -t "$from" -m -- sh /h/idle
}

# busy NS PATH: a process in that namespace with its working directory there.
busy() {
  eval "from=\${ns_$1:-}"
  # shellcheck disable=SC2016 # the inner sh's
  [ -z "$from" ] || named tail / nsenter -t "$from" -m -- sh -c 'cd "$1" && exec sh /h/idle' sh "$2"
}

# dockerd host|slave|private
dockerd() {
  case $1 in
    host) named dockerd /system.slice/docker.service sh /h/idle ;;
    *) named dockerd /system.slice/docker.service unshare --mount --propagation "$1" sh /h/idle ;;
  esac
  ns_dockerd=$pid
  echo "$pid" >/run/docker.pid
}

# kernel any|own: where a mountpoint is busy; before 3.18 in any namespace.
kernel() {
  case $1 in any) echo 3.10.0-514.el7.x86_64 ;; own) echo 5.10.0 ;; esac >/s/osrelease
  mount --bind /s/osrelease /proc/sys/kernel/osrelease
}

# data_root directory|tmpfs|bind ROOT
data_root() {
  mkdir -p "$2" /disk/docker /backup
  case $1 in
    tmpfs) mount -t tmpfs disk "$2" ;;
    bind) mount --bind /disk/docker "$2" ;;
  esac
  mkdir "$2/containers" "$2/volumes"
}

# layer ID LAYER DIRECTORY NAME: a container that has just been created; DIRECTORY is where docker keeps the name of its layer.
layer() {
  mkdir -p "$3"
  printf %s "$2" >"$3/mount-id"
  printf '%s\n' "Id=\"$1\"" "Name=\"/$4\"" 'Config.Image="app:1"' 'State.FinishedAt="2020-01-01T00:00:00Z"' 'State.Error=""' 'Mounts=[]' 'State.Status="created"' State.Dead=false State.Pid=0 >"/s/containers/$1"
}

# put ID PATH=JSON…: what docker tells of a container; the last line of a path counts.
put() {
  file=/s/containers/$1
  shift
  [ ! -e "$file" ] || printf '%s\n' "$@" >>"$file"
}

# run ID ROOTFS SHM [SOURCE private|slave]…: a container's process, in its own root.
run() {
  named app "/docker/$1" nsenter -t "$ns_dockerd" -m -- unshare --mount --propagation slave sh /h/contain "$@" || return
  put "$1" 'State.Status="running"' State.Dead=false "State.Pid=$pid"
}

# end PID: and see it reaped.
end() {
  kill -KILL "$1" || return
  for _ in 1 2 3 4 5 6 7 8 9; do [ -e "/proc/$1" ] || return 0; /bin/true; done
}

# orphan NS: a file keeps the namespace, and no process is in it.
orphan() {
  case $1 in host | dockerd) return 0 ;; esac
  eval "pid=\${ns_$1:-}"
  : >"/run/kept-$1"
  [ -z "$pid" ] || ! mount --bind "/proc/$pid/ns/mnt" "/run/kept-$1" || end "$pid"
}

# reuse NS: its process ends, and another one, in another namespace, gets its number.
reuse() {
  eval "pid=\${ns_$1:-}"
  [ -n "$pid" ] && end "$pid" || return
  echo $((pid - 1)) >/proc/sys/kernel/ns_last_pid
  COMM=stranger unshare --mount --propagation private sh /h/idle </dev/null &
}
