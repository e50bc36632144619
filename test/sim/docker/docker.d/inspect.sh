# shellcheck shell=sh
# docker inspect [--type container] [-f TEMPLATE] CONTAINER…: one unknown name fails it, after the others have been told.
format=''
while :; do
  case ${1-} in
    --type) shift 2 ;;
    --type=*) shift ;;
    -f | --format) format=$2; shift 2 ;;
    --format=* | -f=*) format=${1#*=}; shift ;;
    -s | --size) shift ;;
    *) break ;;
  esac
done
[ $# -gt 0 ] || { echo '"docker inspect" requires at least 1 argument.' >&2; exit 1; }
code=0 files=''
for word; do
  if ! find_container "$word"; then
    if [ "$V" -lt 113 ]; then echo "Error: No such image, container or task: $word"; else echo "Error: No such container: $word"; fi >&2
    code=1
  # Up to 1.12 the metadata of a layer that is half gone fails the whole inspect (docs/docker-facts.md §2).
  elif [ "${INSPECT_DEAD:-ok}" = fails ] && [ "$(get "$ID" State.Dead)" = true ]; then
    echo "Error response from daemon: Unknown device $(cat "$DOCKER_ROOT/image/$DRIVER/layerdb/mounts/$ID/mount-id")" >&2
    code=1
  else
    files="$files $S/containers/$ID"
  fi
done
# shellcheck disable=SC2086 # paths of hex words
[ -z "$files" ] || FORMAT=$format awk -f "$SIM/template.awk" -f "$SIM/containers.awk" -f "$SIM/docker.d/inspect.awk" $files || code=$?
[ -n "$files$format" ] || echo '[]'
exit $code
