# shellcheck shell=sh
# The holder is a bare process that someone left in a private mount namespace.
needs_foreign_copies
needs_host_namespace
start_neighbour
victim=$(start victim) || exit
start_process
stick "$victim"
report
