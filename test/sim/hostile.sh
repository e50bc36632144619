#!/bin/sh
# A probe that does what no probe may: it tries each way to write on its host, and prints those that work.
# Usage: hostile.sh ROOT CONTAINER DOCKERD, as an audit's probe. ROOT: docker's data root; CONTAINER: one of docker's; DOCKERD: its pid
# Prints "did NAME" for each that worked; "control" is one that must.
# Exit: 0
# shellcheck disable=SC2016 # for other shells
root=$1 container=$2 dockerd=$3
export DOCKER_HOST=unix:///var/run/docker.sock
try() { name=$1; shift; if timeout 20 "$@" >/dev/null 2>&1 </dev/null; then echo "did $name"; fi; }
try control docker ps -q

for place in /etc /usr /var/log /run /run/systemd/system /dev /proc/1/root/etc "/proc/$dockerd/root/etc" /proc/1/cwd "$root" "$root/containers"; do
  try "create $place/hostile" sh -c 'echo x >"$1/hostile"' sh "$place"
done
try 'append to a file' sh -c 'echo x >>/etc/passwd'
try 'remove a file' rm /etc/hostname
try 'rename a file' mv /etc/hostname /etc/hostile
try 'change a mode' chmod 777 /etc
try 'set a time' touch /etc/hostname
try 'remove what docker keeps' rm -r "$root/containers"
for setting in /proc/sys/vm/swappiness /proc/sys/kernel/printk /proc/self/oom_score_adj; do
  try "write $setting" sh -c 'read -r now <"$1" && echo "$now" >"$1"' sh "$setting"
done

try 'remount' mount -o remount,bind,rw /etc
try 'mount' mount -t tmpfs x /tmp
try 'unmount' umount -l /etc
try 'enter the host' nsenter -t 1 -m true
try 'enter the namespace of dockerd' nsenter -t "$dockerd" -m true
try 'chroot' chroot /proc/1/root true
try 'write from a user namespace' unshare -U -r -m sh -c 'mount -o remount,bind,rw /etc && echo x >/etc/hostile'
try 'make a device' mknod /tmp/device b 1 0
try 'a name of its own for the host' hostname hostile
try 'kill dockerd' kill -0 "$dockerd"
try 'become root by sudo' sudo -n true

for words in "rm $container" "rm -f $container" "stop $container" "run busybox" 'ps -H tcp://127.0.0.1:1' "exec $container true" 'system prune -f' "inspect --size $container"; do
  # shellcheck disable=SC2086 # words
  try "docker $words" docker $words
done
for socket in /var/run/docker.sock /run/docker.sock /run/containerd/containerd.sock /run/systemd/private /run/dbus/system_bus_socket /proc/1/root/run/docker.sock; do
  try "reach $socket" test -e "$socket"
done
for words in 'stop docker' 'start docker' 'restart docker' daemon-reload 'show -H localhost'; do
  # shellcheck disable=SC2086
  try "systemctl $words" systemctl $words
done
for words in --rotate --vacuum-size=1 --flush '-D /etc'; do
  # shellcheck disable=SC2086
  try "journalctl $words" journalctl $words
done
try 'clear the kernel log' dmesg -c
try 'readlink of a file' readlink /proc/1/root/etc/localtime

# Past the program that asks: straight to who is asked.
n=0
demand() {
  n=$((n + 1))
  { printf '%s\037' "hostile$n" "$@"; echo; } >/run/unwedge/asks || return 1
  while IFS= read -r line; do case $line in *"hostile$n "*) break ;; esac; done </run/unwedge/answers
  line=${line##*hostile"$n" }
  [ "${line%% *}" = 0 ]
}
[ -d /run/unwedge ] || exit 0
for words in 'docker version' "docker rm $container" 'sh -c true' 'ls -ln /proc/1/root/etc/ns/mnt' 'ls -ln /proc/1/ns/mnt /etc' 'readlink /proc/1/root/../etc' '/bin/true' 'systemctl show -H h' 'docker --host=x ps'; do
  # shellcheck disable=SC2086
  if demand $words; then echo "did demand $words"; fi
done
exit 0
