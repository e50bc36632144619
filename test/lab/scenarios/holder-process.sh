# The holder is a bare process that someone left in a private mount namespace.
start_neighbour
victim=$(start victim)
start_process
stick "$victim"
report
