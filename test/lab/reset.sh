#!/bin/sh
# reset.sh stop|start: the host's half of `lab.sh reset`; between the two, the machine gives the host a fresh docker root.
#   stop: ends every holder, container and daemon    start: starts docker and checks that the host is clean
# /etc/systemd and /etc/docker have been put back before. Exit: 0 done, 1 not clean (stderr says why).
set -u
export LC_ALL=C

stop() {
  rm -rf /run/systemd/system/* /usr/local/sbin/*
  systemctl daemon-reload
  stop_strange_units
  end_strange_sessions
  # Private first: what is left of an alias of / must not take the real tree along.
  for mountpoint in /mnt/*; do mount --make-rprivate "$mountpoint" 2>/dev/null; done
  umount_tree /mnt
  if systemctl -q is-active docker; then docker ps -aq | timeout 30 xargs -r docker rm -f >/dev/null 2>&1; fi
  systemctl stop docker.socket docker.service containerd.service 2>/dev/null
  end_leftovers
  umount_tree "$DOCKER_ROOT"
  umount_tree /run/docker
  rm -rf /run/docker/* /run/containerd/* /var/lib/containerd/*
}

# Running units without a unit file of this host: theirs was removed, or they are transient.
stop_strange_units() {
  systemctl show -p Id -p FragmentPath -p ActiveState '*.service' | awk -v RS= '
    /ActiveState=active/ && !/FragmentPath=\/(usr\/)?(lib|etc)\// && match($0, /Id=[^\n]*/) { print substr($0, RSTART + 3, RLENGTH - 3) }
  ' | xargs -r systemctl stop
}

# Processes of login sessions that left the host's mount namespace.
end_strange_sessions() {
  grep -l ':name=systemd:/user.slice/' /proc/[0-9]*/cgroup 2>/dev/null | while read -r cgroup; do
    process=${cgroup%/cgroup}
    [ "$(readlink "$process/ns/mnt")" = "$(readlink /proc/1/ns/mnt)" ] || kill -KILL "${process#/proc/}" 2>/dev/null
  done
}

# Containers and shims outlive a docker that could not stop them.
end_leftovers() {
  for unit in docker system.slice/docker.service system.slice/containerd.service; do
    find "/sys/fs/cgroup/systemd/$unit" -name cgroup.procs -exec cat {} + 2>/dev/null
  done | xargs -r kill -KILL 2>/dev/null
}

# umount_tree DIRECTORY: all mounts at and below it (what is left after that, `start` reports). The docker root and its containers directory are the lab's: they stay.
umount_tree() {
  awk -v dir="$1" -v root="$DOCKER_ROOT" '($5 == dir || index($5, dir "/") == 1) && $5 != root && $5 != root "/containers" { print $5 }' \
    /proc/self/mountinfo | sort -r | while read -r mountpoint; do umount -l "$mountpoint" 2>/dev/null; done
}

start() {
  systemctl reset-failed
  systemctl start docker.socket docker.service || return 1
  [ -z "$(docker ps -aq)" ] || { echo 'there are containers' >&2; return 1; }
  [ "$(systemctl is-system-running)" = running ] || { systemctl --failed >&2; return 1; }
  held=$(grep -lE '/containers/[0-9a-f]{64}/mounts/' /proc/[0-9]*/mountinfo 2>/dev/null)
  [ -z "$held" ] || { echo "mounts of containers are left: $held" >&2; return 1; }
}

DOCKER_ROOT=$2
"$1"
