# shellcheck shell=sh
# configuration.sh: daemon.json as this version of dockerd reads it. Sourced after lib.sh.

# What dockerd takes as flags, and most of it in daemon.json.
known_options() {
  printf '%s\n' bip data-root debug default-ulimit dns exec-opts graph group hosts insecure-registries insecure-registry label labels \
    log-driver log-opt log-opts log-level mtu pidfile registry-mirror registry-mirrors selinux-enabled storage-driver storage-opt \
    storage-opts tls tlsverify userns-remap userland-proxy icc ip-forward iptables config-file | { if [ "$V" -lt 1706 ]; then grep -vx data-root; else cat; fi; }
  [ "$V" -lt 112 ] || printf '%s\n' live-restore max-concurrent-downloads cluster-store shutdown-timeout
  [ "$V" -lt 1803 ] || printf '%s\n' default-shm-size default-ipc-mode no-new-privileges features
  [ "$V" -lt 2300 ] || echo validate
}

# configuration_error FILE: prints why dockerd would not start with it, and returns 1.
configuration_error() {
  [ -e "$1" ] || return 0
  wrong="unable to configure the Docker daemon with file $1:"
  if ! tree=$(awk -f "$SIM/json.awk" "$1"); then echo "$wrong $tree"; return 1; fi
  unknown=$(printf '%s\n' "$tree" | sed -n 's/^\([^.=]*\)[.=].*/\1/p' | sort -u | while read -r key; do known_options | grep -qFx -e "$key" || printf '%s' ", $key"; done)
  [ -z "$unknown" ] || { echo "$wrong the following directives don't match any configuration option: ${unknown#, }"; return 1; }
}

# configured KEY: a scalar of daemon.json; nothing where it is not set.
configured() {
  [ -e /etc/docker/daemon.json ] || return 0
  awk -f "$SIM/json.awk" /etc/docker/daemon.json | awk -v key="$1=" 'index($0, key) == 1 { v = substr($0, length(key) + 1); gsub(/^"|"$/, "", v); print v }'
}
