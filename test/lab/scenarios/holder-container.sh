# The holder is a container that bound the host's / with private propagation.
start_neighbour
victim=$(start victim)
start_agent agent
stick "$victim"
report
