# shellcheck shell=sh
# A running container whose own mounts look like those of the stuck one beside it.
needs_foreign_copies
victim=$(start victim) || exit
# The same path but for the last digit of the id, and its real mounts are in the holder's namespace as well.
case $victim in *0) lookalike=${victim%?}1 ;; *) lookalike=${victim%?}0 ;; esac
start_neighbour --tmpfs "$(shm_of "$lookalike")" --tmpfs "/rootfs$(shm_of "$lookalike")"
start_agent agent
stick "$victim"
report
echo "LOOKALIKE=$lookalike"
