# Three stuck containers; a process holds one of them, a service two, a container all three.
start_neighbour
first=$(start first)
start_process
second=$(start second)
start_service ntpd
third=$(start third)
start_agent agent
stick "$first" "$second" "$third"
report
