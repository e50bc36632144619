# shellcheck shell=sh
# daemon-start.sh: how dockerd starts. Sourced by dockerd.

# start PROPAGATION: '' is the host's own namespace.
start() {
  mkdir -p "$S/containers" "$S/binds" "$S/layers" "$S/removing" "$S/ready" "$S/failed" "$S/bin"
  said=$(configuration_error /etc/docker/daemon.json) || { journal fatal "$said"; exit 1; }
  settle_configuration
  install_programs
  command="/usr/local/bin/$DOCKERD_NAME -H unix:///var/run/docker.sock $(flags)"
  [ -z "$1" ] || command="unshare --mount --propagation $1 $command"
  [ "$CONTAINERD" = separate ] || export SIM_CONTAINERD="/usr/local/bin/$CONTAINERD_NAME"
  # shellcheck disable=SC2086 # words
  setsid $command </dev/null >/dev/null 2>&1 &
  pid=$!
  echo $pid >/run/docker.pid
  until [ "$(cat /proc/$pid/comm)" = "$DOCKERD_NAME" ]; do sleep 0.01; done
  in_host /sim/programs/cgroup $pid /system.slice/docker.service
  nsenter -t $pid -m -- sh "$SIM/docker.d/startup.sh"
}

settle_configuration() {
  root=$(configured data-root)
  : "${root:=$(configured graph)}"
  echo "${root:-$DOCKER_ROOT}" >"$S/root"
  live=$(configured live-restore)
  case ${live:-$LIVE_RESTORE} in true | 1 | yes | on) live=true ;; *) live=false ;; esac
  echo $live >"$S/live-restore"
}

flags() {
  case $LIVE_RESTORE in true | 1 | yes | on) [ -n "$(configured live-restore)" ] || echo --live-restore ;; esac
  [ "$CONTAINERD" != separate ] || echo --containerd=/run/containerd/containerd.sock
}

# One program under every name that a process shall have; dockerd's holds the names of its options, too, as the real one does.
install_programs() {
  [ ! -e "/usr/local/bin/$DOCKERD_NAME" ] || return 0
  mkdir -p "$S/image/busybox/bin" "$S/image/busybox/etc" "$S/image/busybox/proc" "$S/image/busybox/dev" "$S/image/distroless/bin"
  set -- "$S/bin/sim-init" "/usr/local/bin/$CONTAINERD_NAME" "/usr/local/bin/$SHIM_NAME" "$S/image/distroless/bin/sleep" \
    "$S/image/busybox/bin/sleep" "$S/image/busybox/bin/true" "$S/image/busybox/bin/cat" "/usr/local/bin/$DOCKERD_NAME"
  base64 -d <"$SIM/program/program.$(uname -m).b64" | tee "$@" >/dev/null
  known_options >>"/usr/local/bin/$DOCKERD_NAME"
  chmod 755 "$@"
  echo 'root:x:0:0:root:/root:/bin/sh' >"$S/image/busybox/etc/passwd"
}
