# shellcheck shell=sh
# The holder is a container whose image holds nothing but sleep: no umount, no shell.
needs_foreign_copies
start_neighbour
victim=$(start victim) || exit
IMAGE=lab/distroless:1
start_agent agent
stick "$victim"
report
