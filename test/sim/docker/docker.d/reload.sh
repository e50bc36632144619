#!/bin/sh
# What dockerd does on a SIGHUP: reads daemon.json again; of an option that is gone it keeps what it has
# (moby v20.10.27:daemon/reload.go). Usage: reload.sh
set -u
. /sim/docker/lib.sh
. "$SIM/configuration.sh"
if said=$(configuration_error /etc/docker/daemon.json); then
  live=$(configured live-restore)
  [ -z "$live" ] || echo "$live" >"$S/live-restore"
  journal info "Reloaded configuration: {\"live-restore-enabled\":$(cat "$S/live-restore")}"
else
  journal error "$said"
fi
