# The stale copy is in dockerd's own mount namespace only (MountFlags=slave; needs a dockerd with its own containerd).
systemctl -q is-active containerd && { echo "$SCENARIO: with a separate containerd.service and MountFlags=slave no container starts" >&2; exit 3; }
mkdir -p /etc/systemd/system/docker.service.d
printf '[Service]\nMountFlags=slave\n' >/etc/systemd/system/docker.service.d/slave.conf
systemctl daemon-reload
systemctl restart docker
start_neighbour
victim=$(start victim)
mkdir -p /mnt/all
nsenter -m -t "$(systemctl show docker -p MainPID | cut -d= -f2)" sh -c 'mount --rbind / /mnt/all && mount --make-rprivate /mnt/all'
HOLDERS=dockerd
stick "$victim"
! grep -q "/$victim/mounts/shm " /proc/1/mountinfo || fail "the host's own namespace holds it too"
report
