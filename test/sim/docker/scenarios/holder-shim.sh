# shellcheck shell=sh
# The holder is the shim of a container that outlived a dockerd with MountFlags=slave and live-restore: it is in that dockerd's namespace.
needs_foreign_copies
needs_own_containerd
[ "$V" -ge 112 ] || cannot 'live-restore came with 1.12'
mkdir -p /etc/docker
echo '{"live-restore": true}' >/etc/docker/daemon.json
give_dockerd_a_namespace
survivor=$(start survivor) || exit
victim=$(start victim) || exit
systemctl restart docker || fail 'systemctl restart docker'
start_neighbour
HOLDERS="shim:$(get "$survivor" Sim.Shim)"
stick "$victim"
report
echo "SURVIVOR=$survivor"
