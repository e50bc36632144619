#!/bin/sh
# Mount namespaces that live on without a process or thread in them, by a descriptor that a process has open. Only looks:
# what is in them can't be read without entering them.
# Usage: kept.sh
# Prints records, fields separated by tabs:
#   inhabited INODE                     some thread is in it
#   descriptor INODE PID FD COMMAND     of one in which none is
# Exit: 0 done, 5 /proc can't be listed.
set -u
inhabited=$(printf '%s\n' /proc/[0-9]*/task/[0-9]*/ns/mnt | xargs ls -ln 2>/dev/null)
[ -n "$inhabited" ] || { echo 'no mount namespace can be read below /proc' >&2; exit 5; }
{ printf '%s\n' "$inhabited"; echo '='; printf '%s\n' /proc/[0-9]*/fd | xargs ls -ln 2>/dev/null; } | awk '
  BEGIN { OFS = "\t" }
  $0 == "=" { listing = 1; next }
  # /proc/PID/fd:
  listing && NF == 1 { split($1, part, "/"); pid = part[3]; next }
  $NF !~ /^mnt:\[[0-9]+\]$/ { next }
  { inode = $NF; gsub(/[^0-9]/, "", inode) }
  !listing { if (!(inode in has)) print "inhabited", inode; has[inode]; next }
  !(inode in has) {
    file = "/proc/" pid "/comm"; command = ""
    getline command < file; close(file); gsub(/\t/, " ", command)
    print "descriptor", inode, pid, $(NF - 2), command
  }'
