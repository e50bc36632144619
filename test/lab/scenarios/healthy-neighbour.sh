# A running container whose own mounts look like those of the stuck one beside it.
victim=$(start victim)
# The same path but for the last digit of the id, and its real mounts are in the holder's namespace as well.
case $victim in *0) lookalike=${victim%?}1 ;; *) lookalike=${victim%?}0 ;; esac
start_neighbour --tmpfs "$DOCKER_ROOT/containers/$lookalike/mounts/shm" --tmpfs "/rootfs$DOCKER_ROOT/containers/$lookalike/mounts/shm"
start_agent agent
stick "$victim"
report
echo "LOOKALIKE=$lookalike"
