# shellcheck shell=sh
# What docker has forgotten: a directory below containers/, a layer and its record, of a container that no docker ps shows.
start_neighbour
orphan=$(start orphan) || exit
layer=$(mount_id_of "$orphan")
docker kill "$orphan" >/dev/null
# As a removal leaves it that failed halfway, and a restart of the daemon after it (docs/docker-facts.md §0.5).
rm -f "$ROOT/containers/$orphan/config.v2.json"
systemctl restart docker || fail 'systemctl restart docker'
docker start "$NEIGHBOUR" >/dev/null
[ -z "$(docker ps -aq --filter "id=$orphan")" ] || fail "docker ps still shows $orphan"
for directory in "$ROOT/containers/$orphan" "$(layer_dir "$layer")"; do [ -d "$directory" ] || fail "$directory is gone"; done
report
echo "ORPHAN=$orphan"
echo "ORPHAN_LAYER=$layer"
