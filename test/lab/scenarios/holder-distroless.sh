# The holder is a container whose image holds nothing but sleep: no umount, no shell.
start_neighbour
victim=$(start victim)
IMAGE=lab/distroless:1
start_agent agent
stick "$victim"
report
