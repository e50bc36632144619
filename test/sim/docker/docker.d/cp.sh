#!/bin/sh
# docker cp CONTAINER:PATH -: a tar of it, from the root filesystem as dockerd sees it. Usage: cp.sh cp CONTAINER:PATH -
set -u
. /sim/docker/lib.sh
. "$SIM/drivers.sh"
path=${2#*:}
need_container "${2%%:*}"
[ "${3-}" = - ] || { echo 'this double of docker only copies out, to -' >&2; exit 1; }
rootfs=$(rootfs_of "$(mount_id_of "$ID")")
[ -e "$rootfs$path" ] || daemon_error "Could not find the file $path in container ${2%%:*}"
exec tar -C "$rootfs${path%/*}" -c "${path##*/}"
