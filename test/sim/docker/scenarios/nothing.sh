# shellcheck shell=sh
# Nothing is wrong: a running container and a stopped one.
start_neighbour
stopped=$(start stopped) || exit
docker kill "$stopped" >/dev/null
report
echo "STOPPED=$stopped"
