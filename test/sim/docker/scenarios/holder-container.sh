# shellcheck shell=sh
# The holder is a container that bound the host's / with private propagation.
needs_foreign_copies
start_neighbour
victim=$(start victim) || exit
start_agent agent
stick "$victim"
report
