#!/bin/sh
# Whether systemd has read a unit's files as they are now. Only looks.
# Usage: probe.sh UNIT
# Prints a line for each reason why it has not: none means that it has.
# Exit: 0 done, else as systemctl's.
set -u
unit=$1
shown=$(systemctl show "$unit" -p NeedDaemonReload -p DropInPaths) || exit
case $shown in *NeedDaemonReload=yes*) echo 'systemd says so' ;; esac
loaded=" $(printf '%s\n' "$shown" | sed -n 's/^DropInPaths=//p') "
# systemd itself does not notice a drop-in in a directory that is new to it.
for file in "/etc/systemd/system/$unit.d"/*.conf "/run/systemd/system/$unit.d"/*.conf; do
  [ -s "$file" ] || continue
  case $loaded in *" $file "*) ;; *) echo "$file is not loaded" ;; esac
done
for file in $loaded; do
  [ -e "$file" ] || echo "$file is gone"
done
exit 0
