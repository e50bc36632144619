#!/bin/sh
# Unmounts one stale mount of one Dead container in the mount namespace of who holds it, after looking again that all is as planned.
# Whoever controls the holder controls that namespace: no program of its is run, and none of its names is trusted.
# Usage: apply-holder.sh CONTAINER PID START INODE LINE PATH plain|lazy
#   PID, START, INODE: a process, its start time (field 22 of stat) and its mount namespace. LINE: the mount in its mountinfo.
# Exit: 0 unmounted, 9 no longer as planned (nothing done), 3 still mounted: busy, refused or no safe way in, 1 what was done is not known.
set -u
container=$1 pid=$2 start=$3 inode=$4 line=$5 path=$6 how=$7
case ${DOCKER_HOST:-} in unix://*) ;; *) export DOCKER_HOST=unix:///var/run/docker.sock ;; esac; unset DOCKER_CONTEXT DOCKER_TLS_VERIFY
drifted() { echo "$1" >&2; exit 9; }
# The process' name, in the second field, may hold anything, also a newline.
started() {
  stat=$(cat "/proc/$pid/stat" 2>/dev/null)
  # shellcheck disable=SC2086 # numbers
  set -- ${stat##*) }
  [ "${20:-}" = "$start" ]
}
# Its tags go when the umount of a peer or master ends the group.
mounted() { LINE=$line awk -v tags=' (shared|master|propagate_from):[0-9]+' 'BEGIN { want = ENVIRON["LINE"]; gsub(tags, "", want) } { gsub(tags, "") } $0 == want { found = 1 } END { exit !found }' "/proc/$pid/mountinfo" 2>/dev/null; }
dead() {
  state=$(timeout 60 docker inspect --type container -f '{{.State.Dead}} {{.State.Status}} {{.State.Pid}}' "$container" 2>&1)
  case $?:$state in
    124:*) echo 'docker inspect did not return: the Docker daemon hangs' >&2; exit 1 ;;
    0:*'true dead 0') ;; # A client may warn first.
    0:*) return 1 ;;
    # Up to 1.12 inspect may refuse a Dead container, and ps says truly that it is one (docs/docker-facts.md §0, §2).
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

# A directory at a time, none a symbolic link, and at the end that very mount: so a name that is changed meanwhile leads nowhere else.
# 8 is UMOUNT_NOFOLLOW, 2 MNT_DETACH, 010000000 O_PATH. After setns nothing is loaded any more: that would come from inside.
# shellcheck disable=SC2016 # perl's variables
perl_program='use Fcntl; ($setns, $umount, $pid, $id, $path, $flags) = @ARGV;
  sub at { sysopen(my $d, $_[0], $_[1]) or die "$_[0]: $!\n"; $d }
  $dir = O_RDONLY | O_DIRECTORY; $ns = at("/proc/$pid/ns/mnt", O_RDONLY); $at = at("/proc/$pid/root", $dir); $told = at("/proc/self/fdinfo", $dir);
  syscall($setns, fileno($ns), 0x20000) == 0 or die "setns: $!\n"; chdir $at;
  @names = split m{/}, substr($path, 1); $last = pop @names;
  for (@names) { $at = at($_, $dir | O_NOFOLLOW); chdir $at or die "$_: $!\n" }
  $mount = at($last, O_NOFOLLOW | 010000000); chdir $told; open(T, "<", fileno($mount)); ($leads) = map { /^mnt_id:\s*(\d+)/ } <T>;
  chdir $at; close $mount; die "another mount hides $path\n" if $leads && $leads != $id;
  syscall($umount, $last, $flags + 0) == 0 or die "umount: $path: $!\n"'
python_program='import ctypes, os, sys
c = ctypes.CDLL(None, use_errno=True); pid, id, path, flags = sys.argv[1:]; dir = os.O_RDONLY | os.O_DIRECTORY; name = getattr(os, "fsencode", str)
def call(function, *args):
    if function(*args): raise OSError(os.strerror(ctypes.get_errno()))
try:
    ns, at, told = os.open("/proc/%s/ns/mnt" % pid, os.O_RDONLY), os.open("/proc/%s/root" % pid, dir), os.open("/proc/self/fdinfo", dir)
    call(c.setns, ns, 0x20000); os.fchdir(at); names = path[1:].split("/")
    for n in names[:-1]: at = os.open(n, dir | os.O_NOFOLLOW); os.fchdir(at)
    mount = os.open(names[-1], os.O_NOFOLLOW | 0o10000000); os.fchdir(told); text = os.read(os.open(str(mount), os.O_RDONLY), 4096).split()
    os.fchdir(at); os.close(mount)
    if b"mnt_id:" in text and text[text.index(b"mnt_id:") + 1] != name(id): raise OSError("another mount hides it")
    call(c.umount2, name(names[-1]), int(flags))
except OSError as e: sys.exit("umount: %s: %s" % (path, e))'
# umount follows what the name leads to by then: so nothing there may be shared with the host or dockerd, nor may PATH count from another root.
apart() {
  [ "$(readlink "/proc/$pid/root")" = / ] || return 1
  cat /proc/1/mountinfo "/proc/$(cat /var/run/docker.pid 2>/dev/null || echo 1)/mountinfo" | awk -v there="/proc/$pid/mountinfo" '
    function group() { sub(/ - .*/, ""); return match($0, / shared:[0-9]+/) ? substr($0, RSTART, RLENGTH) : "" }
    (g = group()) != "" { shared[g] } END { while ((getline <there) > 0) if ((g = group()) in shared) exit 1 }'
}
unmount() {
  flags=8; [ $# -eq 0 ] || flags=10
  if numbers=$(case $(uname -m) in x86_64) echo 308 166 ;; aarch64) echo 268 39 ;; *) false ;; esac) && command -v perl >/dev/null; then
    perl -e "$perl_program" "${numbers% *}" "${numbers#* }" "$pid" "${line%% *}" "$path" "$flags"
  elif python=$(command -v python3 || command -v python2 || command -v python || command -v /usr/libexec/platform-python); then
    "$python" -c "$python_program" "$pid" "${line%% *}" "$path" "$flags"
  elif umount --help 2>&1 | grep -q -e --namespace && apart; then
    umount -i "$@" -N "/proc/$pid/ns/mnt" -- "$path"
  else
    echo "no safe way into mnt:[$inode]: this host has no perl or python, nor umount -N (util-linux 2.35) where nothing there is shared with the host" >&2
    return 1
  fi
}
said=$(unmount 2>&1); code=$?
case $how$said in lazy*busy*) said=$(unmount -l 2>&1); code=$? ;; esac
# By its number: its path may have been renamed.
grep -q "^${line%% *} " "/proc/$pid/mountinfo" 2>/dev/null || { [ $code -eq 0 ] && exit 0; printf '%s\n' "$said" >&2; exit 1; }
[ $code -eq 0 ] && said="the kernel said yes, but $path is still mounted in mnt:[$inode]"
printf '%s\n' "$said" >&2
exit 3
