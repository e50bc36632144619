# shellcheck shell=sh
# Three stuck containers; a process holds one of them, a service two, a container all three.
needs_foreign_copies
needs_host_namespace
start_neighbour
first=$(start first) || exit
start_process
second=$(start second) || exit
start_service ntpd
third=$(start third) || exit
start_agent agent
stick "$first" "$second" "$third"
report
