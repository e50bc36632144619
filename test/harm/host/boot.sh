#!/bin/sh
# Makes a small host of the namespaces that it is started in, for test/harm: real mounts, real processes, a double of docker.
# Usage: unshare --user --map-root-user --mount --pid --fork --uts --ipc sh boot.sh HERE NEW
#   HERE: a copy of this directory, with template.awk and places.awk of test/sim/docker. NEW: an empty directory, over which the host's root is mounted.
# stdin: a number of bytes on a line, and a program of so many, which it plays; it answers "done". At the end of stdin the host ends.
# Exit: 0 at the end of stdin, another where the host could not be made.
set -eu
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
here=$1 new=$2
read -r init _ </proc/self/stat
echo "init $init"
umask 022
mount -t tmpfs -o mode=755 root "$new"
cd "$new"
mkdir -p dev etc/docker h s mnt opt proc root run srv sys tmp usr var/lib var/tmp
binds=/usr
for path in /bin /sbin /lib /lib32 /lib64 /libx32 /etc/alternatives /etc/ld.so.cache; do
  if [ -L "$path" ]; then
    ln -s "$(readlink "$path")" ".$path"
  elif [ -e "$path" ]; then
    if [ -d "$path" ]; then mkdir -p ".$path"; else : >".$path"; fi
    binds="$binds $path"
  fi
done
nodes='null zero urandom'
for node in $nodes; do : >"dev/$node"; done
{
  for path in $binds; do echo "$path $new$path none rbind,ro,nosuid,nodev"; done
  for node in $nodes; do echo "/dev/$node $new/dev/$node none bind"; done
  echo "local $new/usr/local tmpfs mode=755"
  echo "state $new/s tmpfs mode=755"
  echo "proc $new/proc proc nosuid,nodev,noexec"
  echo "$here $new/h none bind,ro"
} >etc/fstab
mount --all --fstab etc/fstab
mkdir -p usr/local/bin s/containers s/cgroup s/device
mkfifo s/never
ln -s /proc/self/fd dev/fd
ln -s /h/docker /h/systemctl usr/local/bin/
printf 'root:x:0:0:root:/root:/bin/sh\n' >etc/passwd
pivot_root . .
umount -l .
# As systemd does. Not /proc: what is put over its files would show up everywhere.
mount --make-rshared /
mount --make-rprivate /proc
set +e
# shellcheck source=test/harm/host/world.sh
. /h/world.sh
echo up
while read -r size; do
  dd bs="$size" count=1 iflag=fullblock of=/s/program 2>/dev/null
  # shellcheck source=/dev/null # written on the line before
  . /s/program >/dev/null
  echo 'done'
done
