#!/bin/sh
# Makes the sandbox in which an audit's probes run: mounts of its own in which there is only what they read, read-only.
# Nothing travels between it and the host, so that no mount comes in that can be written to; containers' mounts are not in it.
# Usage: UNWEDGE_ASK=TEXT unshare -m -n -i -u sh enter.sh "PROGRAM…" PATH…
#   PROGRAM: is asked outside, by that text (proxy-client.sh); PATH: bound, with what is mounted below it
# Prints the pid of the process that keeps it, as process 1 of a pid namespace, until /run/unwedge/life has no writer any more.
# Exit: 0 it stands; another: stderr says why not.
set -u
set -e
new=/tmp programs=$1
shift
# A dead server of a mount must not hold up the session.
put() { timeout 5 mount -n "$@"; }
# By itself on a host this would take the host's mounts away.
own=$(readlink /proc/self/ns/mnt) init=$(readlink /proc/1/ns/mnt)
if [ -z "$init" ] || [ "$own" = "$init" ]; then echo 'it has no mount namespace of its own' >&2; exit 1; fi
put --make-rslave /
# A container that is removed meanwhile must not find its mounts held by this copy (kernels before 3.18, or without may_detach_mounts).
awk '$5 !~ /\\/ { for (n = split($5, part, "/"); n > 0; n--) if (length(part[n]) >= 64) { print $5; next } }' /proc/self/mountinfo |
  xargs timeout 5 umount -n -l 2>/dev/null || :
put -t tmpfs -o mode=755 unwedge "$new"
cd "$new"
mkdir -p dev old proc run/unwedge/bin tmp var
ln -s /run var/run
for node in null zero full random urandom; do : >"dev/$node"; put --bind --make-private "/dev/$node" "dev/$node"; done
ln -s /proc/self/fd dev/fd
# Not those of other machines, which may be dead, nor what is deleted; a container's name has 64 digits.
below() {
  awk -v base="$1/" 'index($5, base) == 1 && index($5, base "volumes/") != 1 { for (i = 7; $i != "-"; i++); far = $4 ~ /\/\/deleted$/ || $(i + 1) ~ /^(autofs|nfs|cifs|smb|9p|afs|ceph|gfs|lustre|fuse\.(sshfs|gluster|ceph))/
    for (n = split($5, part, "/"); n > 0 && !far; n--) far = length(part[n]) >= 64 || part[n] ~ /\\/
    if (!far && !seen[$5]++) print $5 }' /proc/self/mountinfo
}
for path in /proc "$@"; do
  if [ -L "$path" ]; then [ -e ".$path" ] || cp -P "$path" ".$path"; continue; fi
  [ -d "$path" ] || continue
  mkdir -p ".$path"
  put --bind --make-private "$path" ".$path"
  below "$path" | while IFS= read -r mount; do [ ! -e ".$mount" ] || put --bind --make-private "$mount" ".$mount"; done
  # What containers keep there is nobody's business, nor are their sockets.
  [ ! -d ".$path/volumes" ] || put -t tmpfs -o size=4k unwedge ".$path/volumes"
done
[ ! -f /run/docker.pid ] || cat /run/docker.pid >run/docker.pid
(umask 0 && mkfifo run/unwedge/asks run/unwedge/answers run/unwedge/life)
printf '%s\n' "$UNWEDGE_ASK" >run/unwedge/bin/ask
chmod 755 run/unwedge/bin/ask
for program in $programs; do ln -s ask "run/unwedge/bin/$program"; done
awk -v new="$new/" 'index($5, new) == 1 && index($5, new "dev/") != 1 { sub(/^rw/, "ro", $6); print $5, $6 }' /proc/self/mountinfo |
  while read -r path options; do put -o "remount,bind,$options,nosuid,nodev" "$path"; done
# bash puts here-documents there.
put -t tmpfs -o size=16m,mode=1777,nosuid,nodev,noexec unwedge tmp
pivot_root . old
cd /
umount -n -l /old
rmdir /old
put -o remount,bind,ro,nosuid,nodev /
# shellcheck disable=SC2016
exec unshare -p sh -c '{ exec </run/unwedge/life; read -r _; } >/dev/null 2>&1 & echo "$!"' unwedge
