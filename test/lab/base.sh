# shellcheck shell=bash
# base.sh: what all hosts share, built once and cached: the machine's packages, the base root file system, the FUSE program, the images.
# Sourced by lab.sh. A cache entry is $CACHE/NAME-KEY; KEY = hash of everything it is built from.

MACHINE_PACKAGES=(systemd-container mmdebstrap openssh-client gcc libc6-dev libfuse3-dev fuse3 pkg-config util-linux iproute2 e2fsprogs)
HOST_PACKAGES=(systemd systemd-sysv dbus libpam-systemd openssh-server docker.io iproute2 procps iptables busybox-static sudo fish tcsh gawk)

CACHE=${UNWEDGE_LAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/unwedge-lab}

# Why the lab can't run here, in one line; prints nothing when it can.
why_not() {
  [ "$(id -u)" = 0 ] || { echo 'it boots real hosts, which needs root'; return; }
  command -v apt-get >/dev/null || { echo 'it is built from Debian packages, and there is no apt-get here'; return; }
  [ -c /dev/fuse ] || { echo 'there is no /dev/fuse here, which the rule of EL7 kernels needs'; return; }
  [ -d /sys/fs/cgroup/devices ] || { echo 'docker 20.10 in its hosts needs the cgroup v1 controllers, and they are not here'; return; }
  unshare -m true 2>/dev/null || { echo 'this process may not make mount namespaces'; return; }
  with_cache_lock why_no_packages
}

why_no_packages() {
  install_machine_packages >/dev/null 2>&1 || { echo "apt-get could not install $(missing_packages | paste -sd' ')"; return; }
  [ -e "$(rootfs_entry)" ] || timeout 60 apt-get update -q >/dev/null 2>&1 || echo 'its base system is not built yet, and apt-get update fails'
}

# One lab of this machine at a time installs and builds. The lock is file descriptor 8; no host may inherit it.
with_cache_lock() {
  mkdir -p "$CACHE"
  exec 8>"$CACHE/lock"
  flock 8
  "$@"
  exec 8>&-
}

missing_packages() {
  local package
  for package in "${MACHINE_PACKAGES[@]}"; do
    dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q ' installed$' || echo "$package"
  done
}

install_machine_packages() {
  local missing
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing ${missing[*]}"
  apt_install "${missing[@]}" || { apt-get update -q && apt_install "${missing[@]}"; }
}

apt_install() { DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=120 "$@" >&2; }

# Builds what the cache lacks.
prepare_base() {
  ROOTFS=$(rootfs_entry)
  EL7FS=$(entry_of el7fs build_el7fs "$HERE/el7fs.c")
  IMAGES=$(entry_of docker-root build_docker_root "$ROOTFS")
  with_cache_lock build_missing
}

build_missing() {
  build_once "$EL7FS" build_el7fs
  build_once "$ROOTFS" build_rootfs
  build_once "$IMAGES" build_docker_root
}

rootfs_entry() { entry_of rootfs build_rootfs "${HOST_PACKAGES[*]}" "$HERE/rootfs-setup.sh"; }

# entry_of NAME BUILDER INPUT…: the cache path of what BUILDER makes of its INPUTs (files count by content).
entry_of() {
  local name=$1 builder=$2 input key
  shift 2
  key=$(
    declare -f "$builder"
    for input; do if [ -f "$input" ]; then cat "$input"; else echo "$input"; fi; done
  )
  key=$(sha256sum <<<"$key")
  echo "$CACHE/$name-${key:0:12}"
}

# An interrupted build leaves only ENTRY.new behind, which the next one throws away.
build_once() {
  local entry=$1 builder=$2
  [ ! -e "$entry" ] || return 0
  rm -rf --one-file-system "$entry.new"
  "$builder" "$entry.new"
  mv "$entry.new" "$entry"
}

build_el7fs() {
  local flags
  read -ra flags < <(pkg-config --cflags --libs fuse3)
  gcc -O2 -Wall -Wextra -o "$1" "$HERE/el7fs.c" "${flags[@]}"
}

build_rootfs() {
  local packages
  packages=$(IFS=,; echo "${HOST_PACKAGES[*]}")
  say 'building the base system: half a minute, once'
  mmdebstrap --quiet --variant=minbase --include="$packages" \
    --customize-hook="chroot \"\$1\" /bin/sh -s <'$HERE/rootfs-setup.sh'" bookworm "$1"
}

# A docker root holding two images, imported by a real dockerd without a registry: a busybox, and one that holds nothing but `sleep`.
build_docker_root() {
  local host=images LAB_DIR=$LAB_DIR.building IMAGES=$1
  say 'importing the container images: once'
  mkdir "$IMAGES"
  destroy_hosts_of "$LAB_DIR"
  make_keys
  make_host "$host" separate /var/lib/docker
  write_connection_files
  boot_host "$host"
  wait_for_host "$host"
  on_host "$host" sh -eu -s <<'SH'
cd "$(mktemp -d)"
mkdir -p busybox/bin busybox/etc busybox/tmp distroless/bin
cp /bin/busybox busybox/bin/
cp /bin/busybox distroless/bin/sleep
for applet in $(busybox --list); do [ "$applet" = busybox ] || ln -s busybox "busybox/bin/$applet"; done
echo root:x:0:0:root:/root:/bin/sh >busybox/etc/passwd
tar -C busybox -c . | docker import - lab/busybox:1 >/dev/null
tar -C distroless -c . | docker import - lab/distroless:1 >/dev/null
systemctl stop docker.socket docker.service
SH
  cp -a "$(host_dir "$host")/docker/." "$1/"
  destroy_hosts_of "$LAB_DIR"
}
