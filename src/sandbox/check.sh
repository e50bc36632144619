#!/bin/sh
# What an audit's session is held to, as a probe in its sandbox sees it: no right but to read, nobody's files by /proc, nothing to write to.
# Usage: check.sh, in the sandbox, as a probe is run
# Exit: 0 all of it is so, 1 something is not: what, on stdout
set -u
# 4: CAP_DAC_READ_SEARCH alone.
awk '/^Cap/ && $2 !~ /^0+4?$/ { print "rights are left"; exit 1 }' /proc/self/status || exit 1
[ -r /proc/1/mountinfo ] || { echo '/proc tells nothing of others there (hidepid)'; exit 1; }
# Whose links it can read, whose files it could write by /proc/PID/root; other audits' sandboxes are as this one.
for process in $(/bin/ls -ln /proc/[0-9]*/ns/mnt 2>/dev/null | sed -n 's|.* \(/proc/[0-9]*\)/ns/mnt -> .*|\1|p'); do
  grep -qs ' - tmpfs unwedge ' "$process/mountinfo" || [ ! -e "$process" ] ||
    { echo 'a process of root has no rights either: its files could be reached'; exit 1; }
done
awk '$5 !~ /^\/(tmp|dev\/.*)$/ && $6 !~ /^ro,/ { print "can be written: " $5; exit 1 }' /proc/self/mountinfo
