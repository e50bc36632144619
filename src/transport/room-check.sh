#!/bin/sh
# What an audit's session is held to, as a probe in its room sees it: no right but to read, nobody's files by /proc, nothing to write to.
# Usage: room-check.sh, in the room, as a probe is run
# Exit: 0 all of it is so, 1 something is not: what, on stdout
set -u
# 4: CAP_DAC_READ_SEARCH alone.
awk '/^Cap/ && $2 !~ /^0+4?$/ { print "rights are left"; exit 1 }' /proc/self/status || exit 1
[ -r /proc/1/mountinfo ] || { echo '/proc tells nothing of others there (hidepid)'; exit 1; }
# shellcheck disable=SC2012 # no file names here
namespaces=$(/bin/ls -ln /proc/[0-9]*/ns/mnt 2>/dev/null | sed -n 's/.*-> //p' | sort -u | wc -l)
[ "$namespaces" -eq 1 ] || { echo 'a process of root has no rights either: its files could be reached'; exit 1; }
awk '$5 !~ /^\/(tmp|dev\/.*)$/ && $6 !~ /^ro,/ { print "can be written: " $5; exit 1 }' /proc/self/mountinfo
