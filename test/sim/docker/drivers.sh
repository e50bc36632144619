# shellcheck shell=sh
# drivers.sh: where a storage driver keeps things (docs/docker-facts.md §3). Sourced after lib.sh; ROOT is the data root.

read -r ROOT 2>/dev/null <"$S/root" || ROOT=$DOCKER_ROOT

# layer_dir MOUNT_ID: what goes with the layer. rootfs_of MOUNT_ID: where its root filesystem is mounted or lies.
layer_dir() {
  case $DRIVER in
    devicemapper | aufs) echo "$ROOT/$DRIVER/mnt/$1" ;;
    btrfs) echo "$ROOT/btrfs/subvolumes/$1" ;;
    zfs) echo "$ROOT/zfs/graph/$1" ;;
    vfs) echo "$ROOT/vfs/dir/$1" ;;
    *) echo "$ROOT/$DRIVER/$1" ;;
  esac
}

rootfs_of() {
  case $DRIVER in
    overlay | overlay2) echo "$(layer_dir "$1")/merged" ;;
    *) layer_dir "$1" ;;
  esac
}

# In btrfs and vfs the root filesystem is a plain directory; elsewhere a mount of its own, for which a tmpfs stands in.
mounts_rootfs() { case $DRIVER in btrfs | vfs) return 1 ;; esac; }

mount_rootfs() {
  mkdir -p "$2"
  if mounts_rootfs; then mount -t tmpfs -o size=4m "$DRIVER" "$2"; fi
}

make_layer() {
  files=$(layer_dir "$1")
  mkdir -p "$(rootfs_of "$1")" "$(layer_dir "$1-init")"
  case $DRIVER in
    overlay2) mkdir -p "$files/diff" "$files/work" "$ROOT/overlay2/l"; printf '%.26s' "$1" >"$files/link"; echo l/IMAGE >"$files/lower" ;;
    overlay) mkdir -p "$files/upper" "$files/work"; echo IMAGE >"$files/lower-id" ;;
    devicemapper) mkdir -p "$ROOT/devicemapper/metadata"; device_number >"$ROOT/devicemapper/metadata/$1" ;;
    aufs) mkdir -p "$ROOT/aufs/diff/$1" "$ROOT/aufs/layers"; : >"$ROOT/aufs/layers/$1" ;;
  esac
}

# Thin devices are numbered in the order in which they are made.
device_number() {
  read -r number 2>/dev/null <"$S/devices" || number=30
  echo $((number + 1)) | tee "$S/devices"
}

# Since 18.02 a directory "mounts" holds them (moby eaa5192856).
shm_of() {
  if [ "$V" -ge 1802 ]; then echo "$ROOT/containers/$1/mounts/shm"; else echo "$ROOT/containers/$1/shm"; fi
}

mount_id_of() { cat "$ROOT/image/$DRIVER/layerdb/mounts/$1/mount-id" 2>/dev/null; }
