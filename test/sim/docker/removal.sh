# shellcheck shell=sh
# removal.sh: what the daemon does to remove a container, in its own mount namespace, and how that fails. Needs lib, drivers, kernel, messages.

# remove_all ID TYPED: prints why it could not, and returns 1. What went before that is gone.
remove_all() {
  layer=$(mount_id_of "$1")
  # The layer first since 17.06 and in Red Hat's builds; the container's directory first before (docs/docker-facts.md §0.3).
  if [ "$V" -ge 1706 ] || [ "${BUILD:-}" = rhel ]; then
    remove_layer "$1" "$2" && remove_directory "$1" "$2"
  else
    remove_directory "$1" "$2" && remove_layer "$1" "$2"
  fi
}

remove_layer() {
  [ -n "$layer" ] || return 0
  if why=$(release_layer "$layer"); then
    for of in "$layer" "$layer-init"; do delete_layer_files "$of"; done
    rm -rf "$ROOT/image/$DRIVER/layerdb/mounts/$1"
    return
  fi
  journal error "Error removing mounted layer $1: $why"
  root_failed "$1" "$2" "$why"
  return 1
}

# release_layer MOUNT_ID: the driver's part; prints the driver's error.
release_layer() {
  at=$(rootfs_of "$1")
  if [ "$V" -ge 1706 ]; then umount_below "$(layer_dir "$1")"; fi
  bad=$(immutable_below "$(layer_dir "$1")")
  [ -z "$bad" ] || { not_permitted "$bad"; return 1; }
  if [ "$DRIVER" = devicemapper ]; then release_device "$1" || return 1; fi
  # A dataset is busy while it is mounted anywhere, whatever the kernel.
  if [ "$DRIVER" = zfs ] && is_device_open "$(cat "$S/layers/$1" 2>/dev/null)"; then layer_busy "$1"; return 1; fi
  delete_beside_rootfs "$1"
  if is_mountpoint "$at"; then
    # 18.04 made it a warning (moby 732dd9b848).
    if [ "$DRIVER" = devicemapper ] && [ "$V" -ge 1804 ]; then
      journal warning "unable to remove mount point \"$at\": $(verb) $at: $BUSY"
      return 0
    fi
    retry
    layer_busy "$1"
    return 1
  fi
}

# Since 17.06 the daemon tries each path for 5 s (moby ddae20c032); here for as long as the personality says.
retry() { [ "$V" -lt 1706 ] || [ "$RETRY_SECONDS" = 0 ] || sleep "$RETRY_SECONDS"; }

# A device that a namespace has mounted is open: with deferred deletion docker goes on, and tries again every 30 s.
release_device() {
  device=$(cat "$S/layers/$1" 2>/dev/null)
  [ -n "$device" ] && is_device_open "$device" || return 0
  kernel_log "device-mapper: thin: Deletion of thin device $(cat "$ROOT/devicemapper/metadata/$1") failed."
  [ "${DM_DEFERRED:-0}" = 0 ] || return 0
  kernel_log "device-mapper: ioctl: unable to remove open device docker-253:1-67-$1"
  device_busy "$1"
  return 1
}

# os.RemoveAll takes what it can before it fails.
delete_beside_rootfs() {
  case $DRIVER in
    overlay2) rm -f "$(layer_dir "$1")/link" "$(layer_dir "$1")/lower"; rmdir "$(layer_dir "$1")/work" 2>/dev/null; rm -rf "$(layer_dir "$1")/diff" ;;
    overlay) rm -f "$(layer_dir "$1")/lower-id"; rmdir "$(layer_dir "$1")/work" "$(layer_dir "$1")/upper" 2>/dev/null ;;
  esac
}

delete_layer_files() {
  rm -rf "$ROOT/aufs/diff/$1" "$ROOT/aufs/layers/$1" "$ROOT/devicemapper/metadata/$1"
  rm -f "$S/layers/$1"
  if mounts_rootfs; then
    rmdir "$(rootfs_of "$1")" "$(layer_dir "$1")" 2>/dev/null
  else
    rm -rf "$(layer_dir "$1")"
  fi
}

remove_directory() {
  directory=$ROOT/containers/$1
  [ -d "$directory" ] || return 0
  if [ "$V" -ge 1706 ] || [ "${BUILD:-}" = rhel ]; then umount_below "$directory"; fi
  bad=$(immutable_below "$directory")
  [ -z "$bad" ] || { directory_failed "$1" "$2" "$(not_permitted "$bad")"; return 1; }
  shm=$(shm_of "$1")
  find "$directory" -xdev -type f -exec rm -f {} +
  if [ -d "$shm" ] && is_mountpoint "$shm" || { [ -d "$shm" ] && ! rmdir "$shm" 2>/dev/null; }; then
    retry
    directory_failed "$1" "$2" "$(verb) $shm: $BUSY"
    return 1
  fi
  find "$directory" -xdev -depth -type d -exec rmdir {} \;
}

# In the daemon's own namespace only, lazily, the deepest first (moby 54dcbab25e).
umount_below() {
  AT=$(kernel_text "$1") awk 'BEGIN { dir = ENVIRON["AT"] } $5 == dir || index($5, dir "/") == 1 { print $5 }' /proc/self/mountinfo | sort -r | while read -r mountpoint; do
    umount -l "$(printf '%s' "$mountpoint" | sed 's/\\040/ /g; s/\\134/\\/g')"
  done
}

# mark_dead ID ERROR
mark_dead() {
  put "$1" 'State.Status="dead"' State.Dead=true State.Running=false State.Pid=0 State.RemovalInProgress=false
  # docker ps reads a copy that was taken while the removal ran (17.07 to 28.1; docs/docker-facts.md §0.1).
  if [ "$V" -ge 1707 ] && [ "$V" -lt 2802 ]; then put "$1" 'Sim.Listed="removing"'; else put "$1" 'Sim.Listed="dead"'; fi
  if [ "$V" -ge 1712 ]; then put "$1" "State.Error=$(json_text "$2")"; fi
  if [ "$V" -ge 1712 ] && [ -z "$(mount_id_of "$1")" ]; then put "$1" GraphDriver.Data=null; fi
  save_config "$1" exists
}
