# shellcheck shell=sh
# Dead for another reason: an immutable file of the container. Not busy; nothing to unmount.
start_neighbour
victim=$(start victim) || exit
case $DRIVER in
  overlay2) file=$(layer_dir "$(mount_id_of "$victim")")/diff/keep ;;
  overlay) file=$(layer_dir "$(mount_id_of "$victim")")/upper/keep ;;
  *) file=$ROOT/containers/$victim/keep ;;
esac
touch "$file"
# chattr +i is for real root only; the double of the removal goes by this list.
echo "$file" >/sim/state/immutable
stick "$victim"
immutable() {
  must_be_stuck "$1" 'operation not permitted'
  [ -z "$(held_mounts "$1")" ] || fail "something has a mount of $1"
}
STUCK_CHECK=immutable
report
echo "IMMUTABLE=$file"
