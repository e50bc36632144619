# shellcheck shell=sh
# The stale copy is in dockerd's own mount namespace only (MountFlags=slave; needs a dockerd with its own containerd).
needs_own_containerd
give_dockerd_a_namespace
start_neighbour
victim=$(start victim) || exit
alias_root
HOLDERS=dockerd
stick "$victim"
! grep -q "/$victim/" /proc/1/mountinfo || fail "the host's own namespace holds it too"
report
