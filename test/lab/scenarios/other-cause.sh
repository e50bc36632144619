# Dead for another reason: an immutable file in its layer. Not busy; nothing to unmount.
start_neighbour
victim=$(start victim)
docker exec "$victim" touch /keep
file=$(docker inspect -f '{{.GraphDriver.Data.UpperDir}}' "$victim")/keep
chattr +i "$file"
stick "$victim"
immutable() {
  must_be_stuck "$1" 'operation not permitted'
  [ -z "$(holder_pids_of "$1")" ] || fail "something has a mount of $1"
}
STUCK_CHECK=immutable
report
echo "IMMUTABLE=$file"
