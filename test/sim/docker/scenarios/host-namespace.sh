# shellcheck shell=sh
# The stale copy is in the host's own mount namespace, which dockerd shares.
needs_host_namespace
start_neighbour
victim=$(start victim) || exit
alias_root
HOLDERS=host
stick "$victim"
report
