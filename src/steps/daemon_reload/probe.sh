#!/bin/sh
# Whether systemd has read a unit's files as they are now. Only looks.
# Usage: probe.sh UNIT
# Prints a line for each reason why it has not: none means that it has.
# Exit: 0 done, else as systemctl's.
set -u
unit=$1
shown=$(systemctl show "$unit" -p NeedDaemonReload -p DropInPaths) || exit
case $shown in *NeedDaemonReload=yes*) echo 'systemd says so' ;; esac
# systemd 252 and later put quotes around a path with blanks; before, only the next path's slash tells where it ends.
paths() {
  awk '{
    for (s = $0; s != ""; sub(/^ +/, "", s)) {
      path = ""
      if (substr(s, 1, 1) == "\"") {
        for (i = 2; i <= length(s) && (c = substr(s, i, 1)) != "\""; i++) path = path (c == "\\" ? substr(s, ++i, 1) : c)
        s = substr(s, i + 1)
      } else {
        end = match(s, / [\/"]/); path = end ? substr(s, 1, end - 1) : s; s = end ? substr(s, end) : ""
      }
      if (path != "") print path
    }
  }'
}
loaded=$(printf '%s\n' "$shown" | sed -n 's/^DropInPaths=//p' | paths)
newline='
'
# systemd itself does not notice a drop-in in a directory that is new to it.
for file in "/etc/systemd/system/$unit.d"/*.conf "/run/systemd/system/$unit.d"/*.conf; do
  [ -s "$file" ] || continue
  case $newline$loaded$newline in *"$newline$file$newline"*) ;; *) echo "$file is not loaded" ;; esac
done
printf '%s\n' "$loaded" | while IFS= read -r file; do
  [ -z "$file" ] || [ -e "$file" ] || echo "$file is gone"
done
exit 0
