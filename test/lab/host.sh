# shellcheck shell=bash
# host.sh: makes, boots, reaches and destroys one host. Sourced by lab.sh, which sets HERE, LABS (the directory of all labs), LAB and LAB_DIR.
# A host is an overlayfs over the cached base, a plain directory as its docker root (overlay2 does not stack on overlayfs) and el7fs
# mounted at that root's containers/. Everything of it is below $LAB_DIR/hosts/NAME.

FIRST_ADDRESS=10

host_dir() { echo "$LAB_DIR/hosts/$1"; }
host_fact() { cat "$(host_dir "$1")/$2"; }
host_names() { if [ -d "$LAB_DIR/hosts" ]; then ls -v "$LAB_DIR/hosts"; fi; }
host_is_ready() { [ -e "$(host_dir "$1")/ready" ] && [ -n "$(host_supervisor "$1")" ]; }

# The pid of the host's systemd-nspawn on this machine: the process that has our directory as an argument. Nothing when there is none.
host_supervisor() {
  local found wanted
  wanted=--directory=$(host_dir "$1")/root
  # The pattern comes from stdin: as an argument it would be in grep's own command line.
  found=$(grep -lzFx -f /dev/stdin /proc/[0-9]*/cmdline 2>/dev/null <<<"$wanted" | head -n 1) || :
  tr -cd 0-9 <<<"$found"
}

# The pid of the host's PID 1 on this machine.
host_leader() {
  local supervisor
  supervisor=$(host_supervisor "$1")
  [ -z "$supervisor" ] || tr -d ' ' <"/proc/$supervisor/task/$supervisor/children"
}

# on_host NAME [COMMAND…]: as root, over ssh.
on_host() {
  local host=$1
  shift
  ssh -F "$LAB_DIR/ssh_config" "$host" "$@"
}

# ---- make ----

# make_host NAME own|separate IMAGES
make_host() {
  local dir
  dir=$(host_dir "$1")
  mkdir -p "$dir"/{upper,work,root,docker/containers,store,containers}
  take_address "$1"
  echo "$2" >"$dir/layout"
  echo "$3" >"$dir/docker-root"
  mount -t overlay "lab-$1" -o "lowerdir=$ROOTFS,upperdir=$dir/upper,workdir=$dir/work" "$dir/root"
  "$EL7FS" "$dir/store" "$dir/containers" -o allow_other,default_permissions,dev,suid,fsname=el7fs 8>&- 9>&-
  ln -s "$IMAGES" "$dir/images"
  fill_docker_root "$1"
  configure_host "$1"
}

# A free 127.0.1.N, taken under a lock that all labs of this machine share. A host that is made anew keeps its own.
take_address() (
  [ ! -e "$(host_dir "$1")/address" ] || return 0
  flock 8
  for ((n = FIRST_ADDRESS; n < 255; n++)); do
    address=127.0.1.$n
    grep -qsFx "$address" "$LABS"/*/hosts/*/address || [ -n "$(ss -Hltn "src $address:22")" ] || break
  done
  echo "$address" >"$(host_dir "$1")/address"
) 8>"$LABS/addresses.lock"

# containers/ itself stays: it is a mountpoint inside the host.
fill_docker_root() {
  local dir
  dir=$(host_dir "$1")
  chattr -R -f -i "$dir/docker" || :
  find "$dir/docker" -mindepth 1 -maxdepth 1 ! -name containers -exec rm -rf --one-file-system {} +
  find "$dir/containers" -mindepth 1 -maxdepth 1 -exec rm -rf --one-file-system {} +
  cp -a "$dir/images/." "$dir/docker/"
}

configure_host() {
  local host=$1 dir root
  dir=$(host_dir "$host") root=$dir/root
  echo "$host" >"$root/etc/hostname"
  echo "127.0.0.1 localhost $host" >"$root/etc/hosts"
  echo "ListenAddress $(host_fact "$host" address)" >"$root/etc/ssh/sshd_config.d/address.conf"
  cp "$LAB_DIR/id_ed25519.pub" "$root/etc/ssh/lab_authorized_keys"
  ssh-keygen -q -t ed25519 -N '' -C "$host" -f "$root/etc/ssh/ssh_host_ed25519_key"
  [ "$(host_fact "$host" layout)" = separate ] || give_docker_its_own_containerd "$root"
  [ "$(host_fact "$host" docker-root)" = /var/lib/docker ] ||
    sed -i "s|^{|{\n  \"data-root\": \"$(host_fact "$host" docker-root)\",|" "$root/etc/docker/daemon.json"
  mkdir "$dir/clean" && cp -a "$root/etc/systemd" "$root/etc/docker" "$dir/clean/"
}

# As docker's unit was before 18.09: dockerd starts a containerd of its own.
give_docker_its_own_containerd() {
  sed -i 's| --containerd=[^ ]*||; s| containerd.service||' "$1/lib/systemd/system/docker.service"
  rm -f "$1/etc/systemd/system/multi-user.target.wants/containerd.service"
  ln -s /dev/null "$1/etc/systemd/system/containerd.service"
}

# ---- boot ----

boot_host() {
  local dir docker_root
  dir=$(host_dir "$1") docker_root=$(host_fact "$1" docker-root)
  (
    enter_cgroups "$1"
    export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=0 SYSTEMD_NSPAWN_API_VFS_WRITABLE=1
    trap '' HUP
    # Asked to reboot, it ends with 133 and leaves the rest to who has started it (systemd-nspawn --keep-unit).
    for ((code = 133; code == 133; )); do
      code=0
      setsid --wait systemd-nspawn --quiet --directory="$dir/root" --machine="$1-$LAB" --hostname="$1" --boot --register=no --keep-unit \
        --capability=all --system-call-filter='@keyring bpf' --link-journal=no --resolv-conf=off --timezone=off \
        --bind="$dir/docker:$docker_root" --bind="$dir/containers:$docker_root/containers" || code=$?
    done
  ) </dev/null >"$dir/console.log" 2>&1 8>&- 9>&- &
  echo $! >"$dir/booting"
}

# A cgroup for each host in every hierarchy: with --keep-unit two hosts would otherwise share one "payload".
enter_cgroups() {
  local hierarchy group file
  for hierarchy in /sys/fs/cgroup/*; do
    group=$hierarchy/unwedge-lab-$LAB-$1
    mkdir -p "$group"
    # A new cpuset takes no process before it has CPUs and memory nodes.
    for file in cpuset.cpus cpuset.mems; do [ ! -e "$group/$file" ] || cat "$hierarchy/$file" >"$group/$file"; done
    echo "$BASHPID" >"$group/cgroup.procs"
  done
}

# wait_for_host NAME: until systemd and docker are up; fails with the host's last words.
wait_for_host() {
  local host=$1 deadline=$((SECONDS + 90)) state=
  until [ "$state" = running ]; do
    state=$(on_host "$host" systemctl is-system-running --wait 2>/dev/null) || :
    if [ "$state" = degraded ] || ((SECONDS > deadline)) || ! kill -0 "$(host_fact "$host" booting)"; then
      say "$host did not boot (${state:-no answer over ssh}); its last lines:"
      tail -n 15 "$(host_dir "$host")/console.log" >&2
      return 1
    fi
  done
  on_host "$host" 'docker info >/dev/null 2>&1' || { say "$host: docker does not answer"; return 1; }
  touch "$(host_dir "$host")/ready"
}

# ---- destroy ----

# Leaves nothing of the host running, mounted or on disk. Safe to repeat.
destroy_host() {
  end_host "$1"
  rm -rf --one-file-system "$(host_dir "$1")"
}

# Ends the host at once: its PID 1 takes every process of it along. Only its address and console output stay.
end_host() {
  local dir
  dir=$(host_dir "$1")
  rm -f "$dir/ready"
  end_host_processes "$1"
  unmount_below "$dir"
  chattr -R -f -i "$dir/docker" 2>/dev/null || :
  rm -rf --one-file-system "$dir"/{upper,work,root,docker,store,containers,clean,images}
  find /sys/fs/cgroup/*/"unwedge-lab-$LAB-$1" -depth -type d -exec rmdir {} + 2>/dev/null || :
}

end_host_processes() {
  local supervisor deadline=$((SECONDS + 30))
  while supervisor=$(host_supervisor "$1") && [ -n "$supervisor" ]; do
    ((SECONDS < deadline)) || { say "$1 does not end (pid $supervisor)"; return 1; }
    # shellcheck disable=SC2046 # a list of pids, or none
    kill -KILL $(host_leader "$1") 2>/dev/null || kill -KILL "$supervisor" 2>/dev/null || :
    sleep 0.1
  done
}

# The kernel may take a moment to let go of the mounts of a namespace that has just ended.
unmount_below() {
  local mountpoint deadline=$((SECONDS + 15))
  awk -v dir="$1/" 'index($5, dir) == 1 { print $5 }' /proc/self/mountinfo | sort -r | while read -r mountpoint; do
    until umount "$mountpoint" 2>/dev/null; do
      ((SECONDS < deadline)) || { umount "$mountpoint"; return 1; }
      sleep 0.1
    done
  done
}
