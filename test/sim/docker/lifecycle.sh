# shellcheck shell=sh
# lifecycle.sh: how containers start and end, in dockerd's mount namespace. Sourced after lib.sh and drivers.sh.

. "$SIM/kernel.sh"

# start_container ID: prints why not and returns 1.
start_container() {
  if [ "$(get "$1" State.Dead)" = true ]; then
    if [ "$V" -ge 1706 ]; then echo 'container is marked for removal and cannot be started'; else echo 'Container is marked for removal and cannot be started.'; fi
    return 1
  fi
  [ "$(get "$1" State.Running)" != true ] || return 0
  layer=$(mount_id_of "$1")
  rootfs=$(rootfs_of "$layer")
  mount_rootfs "$layer" "$rootfs"
  # The device of the filesystem tells later whether a namespace has it mounted.
  AT=$(kernel_text "$rootfs") awk '$5 == ENVIRON["AT"] { device = $3 } END { print device }' /proc/self/mountinfo >"$S/layers/$layer"
  populate "$rootfs" "$(get "$1" Config.Image)"
  mount_shm "$1"
  launch "$1" || { release_mounts "$1"; return 1; }
}

populate() {
  case $2 in *distroless*) image=distroless ;; *) image=busybox ;; esac
  cp -R "$S/image/$image/." "$1/"
  # shellcheck disable=SC2046 # one directory a line
  (cd "$1" && mkdir -p bin $(cut -f 2 "$S/binds/$ID" | sed 's|^/||'))
}

mount_shm() {
  [ "$(get "$1" HostConfig.IpcMode)" = shareable ] || return 0
  shm=$(shm_of "$1")
  mkdir -p "$shm"
  mount -t tmpfs -o mode=1777,nosuid,nodev,noexec shm "$shm"
}

# The shim starts in containerd's namespace, which is another one where that is a service of its own and dockerd has MountFlags=slave.
launch() {
  rm -f "$S/failed/$1" "$S/ready/$1"
  mkfifo "$S/ready/$1"
  SIM_CONTAINER=$1 setsid nsenter -t "$(containerd_pid)" -m -- "/usr/local/bin/$SHIM_NAME" -namespace moby -id "$1" \
    -address /run/containerd/containerd.sock </dev/null >/dev/null 2>&1 9>"$S/ready/$1" &
  shim=$!
  # Ends when the container's program has started, or could not.
  read -r _ <"$S/ready/$1"
  rm -f "$S/ready/$1"
  if [ -e "$S/failed/$1" ]; then
    cat "$S/failed/$1"
    rm -f "$S/failed/$1"
    return 1
  fi
  in_host /sim/programs/cgroup $shim "$(shim_cgroup)"
  put "$1" "Sim.Shim=$shim" "Sim.ShimStart=$(started $shim)"
}

shim_cgroup() { if [ "$CONTAINERD" = separate ]; then echo /system.slice/containerd.service; else echo /system.slice/docker.service; fi; }

containerd_pid() {
  if [ "$CONTAINERD" = separate ]; then cat /sim/state/units/containerd.service/pid; else cat /run/docker.pid; fi
}

# end_container ID SIGNAL: by hand; waits until the shim has told.
end_container() {
  put "$1" Sim.Stopped=true
  ! is_alive "$1" Pid || kill "-$2" "$(get "$1" State.Pid)" 2>/dev/null
  while is_alive "$1" Shim; do sleep 0.01; done
  # A shim that was killed has told nothing.
  [ "$(get "$1" State.Running)" != true ] || note_exit "$1" 137
}

# note_exit ID CODE: what the daemon does when a container has ended.
note_exit() {
  put "$1" 'State.Status="exited"' State.Running=false State.Pid=0 "State.ExitCode=$((${2#"${2%%[!0]*}"} + 0))" \
    "State.FinishedAt=\"$(date -u +%Y-%m-%dT%H:%M:%S.%NZ)\"" "Sim.Since=$(date +%s)"
  release_mounts "$1"
  # Who waits for the shim waits for the mounts to be gone.
  put "$1" Sim.Shim=
}

# dockerd unmounts what it mounted, in its own namespace; lazily since 17.07 (moby f65fa1f115).
release_mounts() {
  layer=$(mount_id_of "$1")
  for mountpoint in "$(shm_of "$1")" "$(rootfs_of "$layer")"; do
    while is_mounted_here "$mountpoint"; do umount -l "$mountpoint" || break; done
  done
  # Since 17.12 the mountpoint goes with the mount (moby af0d589623, 92e45b81e0), and with it copies elsewhere, where the kernel lets it.
  case $DRIVER in
    overlay* | devicemapper) [ "$V" -lt 1712 ] || [ "$(kernel_rule)" = any ] || rmdir "$(rootfs_of "$layer")" 2>/dev/null || : ;;
  esac
}

is_mounted_here() { AT=$(kernel_text "$1") awk '$5 == ENVIRON["AT"] { found = 1 } END { exit !found }' /proc/self/mountinfo; }

# What a daemon that starts anew reads of a container.
save_config() {
  [ -d "$ROOT/containers/$1" ] || return 0
  if [ "$2" = exists ] && ! [ -e "$ROOT/containers/$1/config.v2.json" ]; then return 0; fi
  printf '{"ID":"%s","Name":%s,"Driver":"%s","State":{"Dead":%s}}\n' "$1" "$(json_text "$(get "$1" Name)")" "$DRIVER" "$(get "$1" State.Dead)" \
    >"$ROOT/containers/$1/config.v2.json"
}
