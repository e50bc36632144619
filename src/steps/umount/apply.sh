#!/bin/sh
# Unmounts one stale mount of one Dead container in one mount namespace, after looking again that all is as planned.
# Usage: apply.sh CONTAINER PID START INODE LINE PATH host|holder plain|lazy
#   PID, START, INODE: a process, its start time (field 22 of stat) and its mount namespace. LINE: the mount in its mountinfo.
#   host: the namespace's programs are the host's own. holder: no program from inside may run.
# Exit: 0 unmounted, 9 no longer as planned (nothing done), 3 still mounted: busy, refused or no safe way in, 1 what was done is not known.
set -u
container=$1 pid=$2 start=$3 inode=$4 line=$5 path=$6 trust=$7 how=$8
drifted() { echo "$1" >&2; exit 9; }
started() { [ "$(sed 's/^.*) //' "/proc/$pid/stat" 2>/dev/null | cut -d ' ' -f 20)" = "$start" ]; }
mounted() { LINE=$line awk 'BEGIN { want = ENVIRON["LINE"] } $0 == want { found = 1 } END { exit !found }' "/proc/$pid/mountinfo" 2>/dev/null; }
dead() {
  state=$(timeout 60 docker inspect --type container -f '{{.State.Dead}} {{.State.Status}} {{.State.Pid}}' "$container" 2>&1)
  case $?:$state in
    124:*) echo 'docker inspect did not return: the Docker daemon hangs' >&2; exit 1 ;;
    0:*'true dead 0') ;; # A client may warn first.
    0:*) return 1 ;;
    # Up to 1.12 inspect may refuse a Dead container, and ps says truly that it is one (facts/docker.md §0, §2).
    *) [ "$(timeout 60 docker ps -aq --no-trunc --filter status=dead --filter "id=$container" 2>/dev/null)" = "$container" ] ;;
  esac
}
dead || drifted "container $container is no longer Dead: $state"
started || drifted "process $pid is gone"
[ "$(readlink "/proc/$pid/ns/mnt")" = "mnt:[$inode]" ] || drifted "process $pid is now in another mount namespace"
mounted || drifted "$path is no longer mounted as it was in mnt:[$inode]"
# What lies over it would go instead. Kernels before 3.15 do not tell.
leads=$({ sed -n 's/^mnt_id:[^0-9]*//p' /proc/self/fdinfo/3; } 2>/dev/null 3<"/proc/$pid/root$path/.")
case $leads in '' | "${line%% *}") ;; *) echo "another mount hides $path in mnt:[$inode]" >&2; exit 3 ;; esac

# unmount [-l]: -i, for a helper program of a filesystem could be the holder's own; 8 is UMOUNT_NOFOLLOW, 2 MNT_DETACH.
unmount() {
  set -- -i "$@"
  flags=8; [ $# -eq 1 ] || flags=10
  if [ "$(readlink /proc/self/ns/mnt)" = "mnt:[$inode]" ]; then
    umount "$@" -- "$path"
  elif umount --help 2>&1 | grep -q -e --namespace; then
    umount "$@" -N "/proc/$pid/ns/mnt" -- "$path"
  elif [ "$trust" = host ]; then
    nsenter -t "$pid" -m -- umount "$@" -- "$path"
  elif numbers=$(case $(uname -m) in x86_64) echo 308 166 ;; aarch64) echo 268 39 ;; *) false ;; esac) && command -v perl >/dev/null; then
    # shellcheck disable=SC2016 # perl's variables
    perl -e '($setns, $umount, $pid, $path, $flags) = @ARGV; open(N, "<", "/proc/$pid/ns/mnt") or die "$!\n";
      syscall($setns, fileno(N), 0x20000) == 0 or die "setns: $!\n"; syscall($umount, $path, $flags + 0) == 0 or die "umount: $path: $!\n"' \
      "${numbers% *}" "${numbers#* }" "$pid" "$path" "$flags"
  elif command -v python3 >/dev/null; then
    python3 -c 'import ctypes, os, sys
c = ctypes.CDLL(None, use_errno=True); n = os.open("/proc/%s/ns/mnt" % sys.argv[1], os.O_RDONLY)
for r in (lambda: c.setns(n, 0x20000), lambda: c.umount2(os.fsencode(sys.argv[2]), int(sys.argv[3]))):
    if r(): sys.exit("umount: %s: %s" % (sys.argv[2], os.strerror(ctypes.get_errno())))' "$pid" "$path" "$flags"
  else
    echo "no safe way into mnt:[$inode]: this host has no umount -N (util-linux 2.35), perl or python3" >&2
    return 1
  fi
}
said=$(unmount 2>&1); code=$?
case $how$said in lazy*busy*) said=$(unmount -l 2>&1); code=$? ;; esac
mounted || { [ $code -eq 0 ] && exit 0; printf '%s\n' "$said" >&2; exit 1; }
[ $code -eq 0 ] && said="the kernel said yes, but $path is still mounted in mnt:[$inode]"
printf '%s\n' "$said" >&2
exit 3
