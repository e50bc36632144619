#!/bin/sh
# rootfs-setup.sh: runs inside the fresh base root file system (chroot) and makes it a host of the lab: sshd, users, units.
# Exit: 0 done, else the first command that failed.
set -eu

# A host shares the machine's kernel: nothing in it may set sysctls, load modules or own terminals; no timer may disturb a test.
for unit in systemd-sysctl.service procps.service systemd-modules-load.service systemd-pstore.service systemd-binfmt.service \
  getty.target console-getty.service e2scrub_reap.service e2scrub_all.timer fstrim.timer apt-daily.timer apt-daily-upgrade.timer \
  dpkg-db-backup.timer man-db.timer systemd-tmpfiles-clean.timer user@.service user-runtime-dir@.service \
  proc-sys-fs-binfmt_misc.automount dev-hugepages.mount dev-mqueue.mount; do
  ln -sf /dev/null "/etc/systemd/system/$unit"
done

# nspawn mounts the cgroup v1 controllers read-only; dockerd has to write there.
cat >/etc/systemd/system/writable-cgroups.service <<'UNIT'
[Unit]
Description=Writable cgroup controllers
Before=docker.service containerd.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'for c in /sys/fs/cgroup/*/; do mount -o bind,remount,rw "$c" || :; done'
[Install]
WantedBy=multi-user.target
UNIT
systemctl enable -q writable-cgroups.service

rm -f /etc/ssh/ssh_host_*
cat >/etc/ssh/sshd_config.d/lab.conf <<'SSHD'
HostKey /etc/ssh/ssh_host_ed25519_key
AuthorizedKeysFile /etc/ssh/lab_authorized_keys
PasswordAuthentication no
UseDNS no
MaxStartups 200:30:400
MaxSessions 100
SSHD

mkdir -p /etc/docker
cat >/etc/docker/daemon.json <<'JSON'
{
  "bridge": "none",
  "iptables": false,
  "ip-masq": false,
  "ip-forward": false,
  "storage-driver": "overlay2"
}
JSON

# Users as found on fleets; all accept the lab's key.
for user in ops opspw nosudo tty noisy; do useradd --create-home --no-user-group --shell /bin/bash "$user"; done
useradd --create-home --no-user-group --shell /usr/bin/fish fishy
useradd --create-home --no-user-group --shell /bin/tcsh tcshy
echo 'opspw:lab-secret' | chpasswd
cat >/etc/sudoers.d/lab <<'SUDOERS'
Defaults:tty requiretty
ops, tty, fishy, tcshy, noisy ALL=(ALL) NOPASSWD: ALL
opspw ALL=(ALL) ALL
SUDOERS
chmod 0440 /etc/sudoers.d/lab

# bash reads .bashrc for commands over ssh too.
cat >/home/noisy/.bashrc <<'RC'
echo 'Welcome to a noisy host!'
echo 'last backup: FAILED (this is chatter on stderr)' >&2
printf 'no newline at the end'
RC
cp /home/noisy/.bashrc /home/noisy/.profile
chown noisy: /home/noisy/.bashrc /home/noisy/.profile
