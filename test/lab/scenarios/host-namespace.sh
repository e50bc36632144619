# The stale copy is in the host's own mount namespace, which dockerd shares.
start_neighbour
victim=$(start victim)
alias_root
HOLDERS=host
stick "$victim"
report
