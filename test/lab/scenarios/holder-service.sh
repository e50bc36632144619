# The holder is a systemd service with MountFlags=private.
start_neighbour
victim=$(start victim)
start_service ntpd
stick "$victim"
report
