#!/bin/sh
# docker start|stop|kill|restart, in dockerd's mount namespace. Usage: each.sh COMMAND [OPTION…] CONTAINER…
set -u
. /sim/docker/lib.sh
. "$SIM/drivers.sh"
. "$SIM/lifecycle.sh"
command=$1 signal=TERM code=0
shift
[ "$command" != kill ] || signal=KILL
while :; do
  case ${1-} in
    -t | --time | --timeout) shift 2 ;;
    -s | --signal) signal=$2; shift 2 ;;
    -*) shift ;;
    *) break ;;
  esac
done

act() {
  case $command in
    start) start_container "$ID" ;;
    stop) [ "$(get "$ID" State.Running)" != true ] || end_container "$ID" TERM ;;
    kill)
      if [ "$(get "$ID" State.Running)" != true ]; then echo "Cannot kill container: $word: Container $ID is not running"; return 1; fi
      end_container "$ID" "$signal"
      ;;
    restart)
      [ "$(get "$ID" State.Running)" != true ] || end_container "$ID" TERM
      start_container "$ID"
      ;;
  esac
}

for word; do
  if ! find_container "$word"; then
    echo "Error response from daemon: No such container: $word" >&2
    code=1
  elif said=$(act); then
    echo "$word"
  else
    journal error "Handler for POST /containers/$word/$command returned error: $said"
    case $command in restart) said="Cannot restart container $word: $said" ;; esac
    echo "Error response from daemon: $said" >&2
    [ "$command" != start ] || echo "Error: failed to start containers: $word" >&2
    code=1
  fi
done
exit $code
