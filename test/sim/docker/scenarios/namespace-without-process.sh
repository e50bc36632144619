# shellcheck shell=sh
# No process is in the namespace that holds the mount: an open descriptor of a process elsewhere keeps it.
needs_foreign_copies
needs_host_namespace
start_neighbour
victim=$(start victim) || exit
start_private backup
# shellcheck disable=SC2016 # the inner shell's
setsid sh -c 'exec 8<"$0" && exec "$1"' "/proc/$PRIVATE/ns/mnt" "$(program keeper)" </dev/null >/dev/null 2>&1 &
keeper=$!
until [ "$(cat "/proc/$keeper/comm")" = keeper ]; do sleep 0.01; done
kill "$PRIVATE"
while [ -d "/proc/$PRIVATE" ]; do sleep 0.01; done
HOLDERS="descriptor:$keeper"
stick "$victim"
report
