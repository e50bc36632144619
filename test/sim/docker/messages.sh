# shellcheck shell=sh
# messages.sh: the daemon's words for a failed removal, by version and driver (docs/docker-facts.md §1). Sourced after lib.sh and drivers.sh.

BUSY='device or resource busy'

# Go 1.12, with which 19.03 was built, changed the verb.
verb() { if [ "$V" -ge 1903 ]; then echo unlinkat; else echo remove; fi; }

# root_failed ID TYPED ERROR
root_failed() {
  if [ "$V" -ge 2802 ]; then echo "cannot remove container \"$2\": driver \"$DRIVER\" failed to remove root filesystem: $3"
  elif [ "$V" -ge 1804 ]; then echo "container $1: driver \"$DRIVER\" failed to remove root filesystem: $3"
  elif [ "$V" -ge 1706 ]; then echo "driver \"$DRIVER\" failed to remove root filesystem for $1: $3"
  else echo "Driver $DRIVER failed to remove root filesystem $1: $3"; fi
}

# directory_failed ID TYPED ERROR
directory_failed() {
  if [ "$V" -ge 2802 ]; then echo "cannot remove container \"$2\": unable to remove filesystem: $3"
  elif [ "$V" -ge 1706 ]; then echo "unable to remove filesystem for $1: $3"
  else echo "Unable to remove filesystem for $1: $3"; fi
}

# layer_busy MOUNT_ID: what the driver says of a mountpoint that is busy.
layer_busy() {
  case $DRIVER in
    aufs)
      rename="rename $ROOT/aufs/mnt/$1 $ROOT/aufs/mnt/$1-removing: $BUSY"
      if [ "$V" -ge 1706 ]; then echo "could not remove mountpoint for id $1: error preparing atomic delete: $rename"; else echo "$rename"; fi
      ;;
    btrfs) echo "Failed to destroy btrfs snapshot $ROOT/btrfs/subvolumes for $1: $BUSY" ;;
    zfs) echo "exit status 1: \"/usr/sbin/zfs fs destroy -r rpool/docker/$1\" => cannot destroy 'rpool/docker/$1': dataset is busy" ;;
    *) echo "$(verb) $(rootfs_of "$1"): $BUSY" ;;
  esac
}

# moby 39bdf601f6
device_busy() { if [ "$V" -ge 1704 ]; then echo "failed to remove device $1: Device is Busy"; else echo 'Device is Busy'; fi; }

not_permitted() { echo "$(verb) $1: operation not permitted"; }

already_removing() { echo "removal of container $1 is already in progress"; }

running() {
  if [ "$V" -ge 2500 ]; then echo "cannot remove container \"$1\": container is running: stop the container before removing or force remove"
  elif [ "$V" -ge 113 ]; then echo "You cannot remove a running container $2. Stop the container before attempting removal or force remove"
  else echo "You cannot remove a running container $2. Stop the container before attempting removal or use -f"; fi
}
