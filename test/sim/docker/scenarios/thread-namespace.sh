# shellcheck shell=sh
# The holder is one thread of a process whose other threads are in the host's namespace: only /proc/PID/task tells.
needs_foreign_copies
needs_host_namespace
start_neighbour
victim=$(start victim) || exit
setsid "$(program backup-threaded)" </dev/null >/dev/null 2>&1 &
process=$!
thread=$process
until [ "$(readlink "/proc/$process/task/$thread/ns/mnt")" != "$(readlink /proc/1/ns/mnt)" ]; do
  sleep 0.01
  for task in "/proc/$process/task"/*; do thread=${task##*/}; done
done
[ "$(readlink "/proc/$process/ns/mnt")" = "$(readlink /proc/1/ns/mnt)" ] || fail 'the whole process has left the namespace'
HOLDERS="thread:$process/$thread"
stick "$victim"
report
