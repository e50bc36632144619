# shellcheck shell=sh
# docker rm [-f] [-v] CONTAINER…, in dockerd's mount namespace. Usage: rm.sh rm ARGUMENT…
set -u
. /sim/docker/lib.sh
. "$SIM/drivers.sh"
. "$SIM/messages.sh"
. "$SIM/removal.sh"
. "$SIM/lifecycle.sh"
shift
force=0
while :; do
  case ${1-} in
    -f | --force | -fv | -vf) force=1 ;;
    -v | --volumes) ;;
    *) break ;;
  esac
  shift
done

refuse() {
  journal error "Handler for DELETE /containers/$word returned error: $1"
  wrapper=''
  [ "$V" -gt 110 ] || wrapper="Failed to remove container ($word): "
  echo "${wrapper}Error response from daemon: $1" >&2
  code=1
}

remove() {
  find_container "$word" || { refuse "No such container: $word"; return; }
  if ! mkdir "$S/removing/$ID" 2>/dev/null; then
    # Up to 1.12 a second removal silently succeeded (moby 9a58f298d1).
    if [ "$V" -ge 113 ]; then refuse "$(already_removing "$word")"; else echo "$word"; fi
    return
  fi
  trap 'rmdir "$S/removing/$ID" 2>/dev/null' EXIT
  if [ "$(get "$ID" State.Running)" = true ]; then
    if [ $force = 0 ]; then refuse "$(running "$word" "$ID")"; rmdir "$S/removing/$ID"; return; fi
    end_container "$ID" KILL
  fi
  put "$ID" 'State.Status="removing"' 'Sim.Listed="removing"' State.RemovalInProgress=true
  if said=$(remove_all "$ID" "$word"); then
    rm -f "$S/containers/$ID"
    echo "$word"
  else
    mark_dead "$ID" "$said"
    refuse "$said"
    # It is forgotten all the same (docs/docker-facts.md §0.4).
    if [ $force = 1 ] && [ "$V" -lt 1706 ]; then rm -f "$S/containers/$ID"; fi
  fi
  rmdir "$S/removing/$ID"
}

code=0
for word; do remove; done
exit $code
