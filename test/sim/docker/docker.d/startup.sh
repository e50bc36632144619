#!/bin/sh
# What dockerd does when it starts, in its own mount namespace. Usage: startup.sh
set -u
. /sim/docker/lib.sh
. "$SIM/drivers.sh"
. "$SIM/lifecycle.sh"

home=$ROOT/$DRIVER
mkdir -p "$home" "$ROOT/containers" "$ROOT/image/$DRIVER/layerdb/mounts" "$ROOT/volumes"
# Up to 18.02 a driver's home was a private mount (moby 9803272f2d): services that start later keep copies of what lies below.
if [ "$V" -lt 1803 ] && ! is_mounted_here "$home"; then
  mount --bind "$home" "$home"
  mount --make-private "$home"
fi
# From 17.09 to 27 dockerd turned it on (docs/docker-facts.md §4).
if [ "$V" -ge 1709 ] && [ "$V" -lt 2800 ] && [ -w /proc/sys/fs/may_detach_mounts ]; then echo 1 >/proc/sys/fs/may_detach_mounts; fi

# The directory without its configuration: only a removal that failed halfway leaves that (docs/docker-facts.md §0.5).
for directory in "$ROOT"/containers/*; do
  id=${directory##*/}
  if ! [ -d "$directory" ] || [ -e "$directory/config.v2.json" ]; then continue; fi
  journal error "failed to load container $id: open $directory/config.v2.json: no such file or directory"
done

read -r live <"$S/live-restore"
for file in "$S"/containers/*; do
  ID=${file##*/}
  [ -e "$file" ] || continue
  if ! [ -e "$ROOT/containers/$ID/config.v2.json" ]; then rm -f "$file"; continue; fi
  rmdir "$S/removing/$ID" 2>/dev/null
  # A removal that the end of the daemon cut off (docs/docker-facts.md §2).
  if [ "$(get "$ID" State.RemovalInProgress)" = true ]; then put "$ID" State.Dead=true 'State.Status="dead"' State.RemovalInProgress=false; fi
  # docker ps is told anew.
  put "$ID" Sim.Listed=
  if [ "$(get "$ID" State.Running)" = true ]; then
    [ "$live" = true ] && is_alive "$ID" Pid && continue
    end_container "$ID" KILL
    put "$ID" Sim.Stopped=false
  fi
  case $(get "$ID" State.Dead):$(get "$ID" HostConfig.RestartPolicy.Name):$(get "$ID" Sim.Stopped) in
    false:always:* | false:unless-stopped:false) said=$(start_container "$ID") || journal error "Failed to start container $ID: $said" ;;
  esac
done
journal info 'API listen on /var/run/docker.sock'
