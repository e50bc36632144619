#!/bin/sh
# Where docker's data is, without asking it: that might start it.
# Usage: data_roots; it comes before start.sh
# Exit: 0; paths on stdout, one a line, none of them the kernel's, nor with links or patterns in it
set -u

# A container's process may bear any name and any words: by its pid namespace or its cgroup it is known.
of_a_container() {
  [ "$(readlink "$1/ns/pid")" != "$(readlink /proc/self/ns/pid)" ] || grep -qE '[0-9a-f]{64}' "$1/cgroup"
}

configured_roots() {
  echo /var/lib/docker
  sed -n -E 's/.*"(data-root|graph)"[[:space:]]*:[[:space:]]*"(\/[^"]*)".*/\2/p' /etc/docker*/daemon.json
  # shellcheck disable=SC2013 # no blanks
  for comm in $(grep -slE '^docker' /proc/[0-9]*/comm); do
    of_a_container "${comm%/comm}" ||
      tr '\000' '\n' <"${comm%comm}cmdline" | sed -n -E -e '/^(--data-root|--graph|-g)$/{n;p;}' -e 's/^(--data-root|--graph|-g)=//p'
  done
}

data_roots() {
  configured_roots 2>/dev/null | grep -E '^/' | grep -vE '[][*?\\]|/\.\.?(/|$)|^/+$|^/+(proc|sys|dev|run|var/+run)(/|$)' | sort -u
}
