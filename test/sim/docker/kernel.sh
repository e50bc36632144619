# shellcheck shell=sh
# kernel.sh: what the kernel of this personality lets be removed (docs/docker-facts.md §5). Sourced after lib.sh.

# any: a mountpoint in any namespace is busy (before 3.18, and EL7 with may_detach_mounts=0 or without it). own: only in the caller's.
kernel_rule() {
  if [ -r /proc/sys/fs/may_detach_mounts ]; then read -r detach </proc/sys/fs/may_detach_mounts; else detach=$MAY_DETACH; fi
  case $detach:$KERNEL in
    1:*) echo own ;;
    0:*) echo any ;;
    *:3.1[0-7].* | *:3.[0-9].* | *:2.*) echo any ;;
    *) echo own ;;
  esac
}

# One line NAMESPACE MOUNTINFO-FILE for each mount namespace of the host, also of threads, and those that only a descriptor keeps.
mount_tables() {
  # shellcheck disable=SC2012 # one ls for all
  ls -ln /proc/[0-9]*/task/[0-9]*/ns/mnt /proc/[0-9]*/fd 2>/dev/null | awk '
    /^\/proc\/.*:$/ { dir = substr($0, 1, length($0) - 1); next }
    $NF !~ /^mnt:\[[0-9]+\]$/ { next }
    { kept = $(NF - 2) !~ /^\//; file = kept ? dir "/" $(NF - 2) : $(NF - 2) }
    kept { if (!($NF in seen) && !($NF in only)) only[$NF] = file; next }
    !seen[$NF]++ { sub(/ns\/mnt$/, "mountinfo", file); print $NF, file }
    END { for (n in only) if (!(n in seen)) print n, only[n] }'
  awk '$0 ~ / - nsfs / && $4 ~ /^mnt:/ { print $4, $5 }' /proc/self/mountinfo
}

# All mounts of the host: NAMESPACE LINE. What only a descriptor or a file keeps is entered for it.
all_mounts() {
  mount_tables | awk '
    $2 ~ /mountinfo$/ { while ((getline line < $2) > 0) print $1, line; close($2); next }
    { system("nsenter --mount=\"" $2 "\" -- sed \"s/^/" $1 " /\" /proc/self/mountinfo") }'
}

# is_mountpoint PATH: in a namespace of the rule something is mounted at this place of its filesystem, whatever its path is there.
is_mountpoint() {
  own=$(readlink /proc/self/ns/mnt)
  all_mounts | WANTED=$(kernel_text "$1") awk -v own="$own" -v rule="$(kernel_rule)" -f "$SIM/places.awk"
}

# is_mounted_elsewhere DEVICE: some namespace has the filesystem mounted, so that its device or dataset is open.
is_device_open() { all_mounts | awk -v device="$1" '$4 == device { found = 1 } END { exit !found }'; }

# The immutable files are listed: chattr +i needs more than a simulated host may.
immutable_below() { [ -e /sim/state/immutable ] && awk -v dir="$1/" 'index($0 "/", dir) == 1 { print; exit }' /sim/state/immutable; }
