# shellcheck shell=sh
# The holder is a systemd service with MountFlags=private.
needs_foreign_copies
needs_host_namespace
start_neighbour
victim=$(start victim) || exit
start_service ntpd
stick "$victim"
report
