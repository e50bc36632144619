#!/bin/sh
# Makes a simulated host of the namespaces that it is started in, then hands over to its init (programs/init).
# Usage: unshare --user --map-root-user --mount --pid --fork --uts --ipc --net --cgroup sh boot.sh DIRECTORY NAME PERSONALITY
#   DIRECTORY holds programs/ and docker/ (bound read-only into the host as /sim/…) and an empty root/.
#   PERSONALITY: lines KEY=VALUE for a shell to read (docker/personality.ts).
#   stdin: a pipe that the owner of the host keeps open; at its end the host ends, however its owner ended.
# Prints "init PID" (as the machine counts) at once, and "up" once the host is.
# Exit: 0 at the end of stdin, another when the host could not be made: stderr says why.
set -eu
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
directory=$1 name=$2 new=$1/root
eval "$3"
# Still the machine's /proc, and so the machine's number for this process.
read -r init _ </proc/self/stat
echo "init $init"
umask 022
mount -t tmpfs -o mode=755 tmpfs "$new"
cd "$new"
mkdir -p dev etc/systemd/system/multi-user.target.wants etc/docker etc/sysctl.d etc/alternatives home mnt opt proc root run sim/docker sim/programs sim/proc-sys-fs \
  sim/state/units sim/state/journal sim/state/cgroup srv sys tmp usr var/lib var/log var/tmp

# The machine's programs, read-only. What is a link into /usr there is one here.
binds=/usr links=
for path in /bin /sbin /lib /lib32 /lib64 /libx32 /nix /gnu /etc/alternatives /etc/ld.so.cache; do
  if [ -L "$path" ]; then
    links="$links $path"
  elif [ -e "$path" ]; then
    if [ -d "$path" ]; then [ -d ".$path" ] || mkdir ".$path"; else : >".$path"; fi
    binds="$binds $path"
  fi
done
# shellcheck disable=SC2086 # words
[ -z "$links" ] || cp -P $links .
nodes='null zero full random urandom tty'
for node in $nodes; do : >"dev/$node"; done
# What else there is below /proc/sys/fs plays no part.
: >sim/proc-sys-fs/file-max
[ "$MAY_DETACH" = absent ] || { : >sim/proc-sys-fs/may_detach_mounts; echo "$MAY_DETACH" >sim/may_detach_mounts; }
echo "$KERNEL" >sim/osrelease

# One program for all mounts: one for each would take most of the time that a host has to boot.
{
  for path in $binds; do echo "$path $new$path none rbind,ro,nosuid,nodev"; done
  for node in $nodes; do echo "/dev/$node $new/dev/$node none bind"; done
  for path in /run /usr/local /usr/lib/systemd/system; do [ ! -d "$path" ] || echo "tmpfs $new$path tmpfs mode=755"; done
  echo "proc $new/proc proc nosuid,nodev,noexec"
  echo "$new/sim/proc-sys-fs $new/proc/sys/fs none bind,ro"
  [ "$MAY_DETACH" = absent ] || echo "$new/sim/may_detach_mounts $new/proc/sys/fs/may_detach_mounts none bind"
  echo "$new/sim/osrelease $new/proc/sys/kernel/osrelease none bind,ro"
  echo "$directory/docker $new/sim/docker none bind,ro"
  echo "$directory/programs $new/sim/programs none bind,ro"
} >sim/fstab
mount --all --fstab sim/fstab

mkdir -p dev/shm run/lock run/systemd/system usr/local/sbin usr/local/bin usr/local/lib/systemd/system
ln -s /proc/self/fd dev/fd
ln -s /proc/self/mounts etc/mtab
mkfifo sim/state/never
chmod 1777 tmp var/tmp dev/shm
chmod 700 root
printf '%s\n' "$3" >sim/personality
printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' >etc/passwd
printf 'root:x:0:\nnogroup:x:65534:\n' >etc/group
printf 'passwd: files\ngroup: files\nhosts: files\n' >etc/nsswitch.conf
printf '127.0.0.1 localhost\n127.0.1.1 %s\n' "$name" >etc/hosts
echo "$name" >etc/hostname
# Its own, as of a machine that was installed; sshd's real key is the fleet's.
mkdir etc/ssh
printf %s "$directory $name" | md5sum | cut -d ' ' -f 1 >etc/machine-id
printf 'ssh-ed25519 %s %s\n' "$(printf %s "$directory $name" | sha256sum | cut -d ' ' -f 1 | base64 -w 0)" "$name" >etc/ssh/ssh_host_ed25519_key.pub
hostname "$name" 2>/dev/null || : # not on every machine

pivot_root . .
umount -l . # the machine's, which pivot_root has put over the new one
# As systemd does. Not /proc: what `cgroup` puts over files of it would show up in every service's namespace.
mount --make-rshared /
mount --make-rprivate /proc
ln -s /sim/programs/* /sim/docker/docker /usr/local/bin/
ln -s /sim/programs/init /usr/local/lib/systemd/systemd
exec /usr/local/lib/systemd/systemd
