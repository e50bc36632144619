#!/bin/sh
# A kernel setting as it is, and what the files that are read at boot say of it. Only looks.
# Usage: probe.sh NAME PATH CONF SYSTEMD DIRECTORY…
#   NAME: below /proc/sys, with slashes. PATH: the setting's file. DIRECTORY…: of *.conf files, the first that has a name hides it in
#   the others. CONF: is read after them all (sysctl.conf), where the directory SYSTEMD is not there: systemd reads it by a link only.
# Prints records, tab-separated: kernel RELEASE; then value TEXT | absent; then "closed WHY" where nobody can set it; then "boot FILE VALUE" in the order of reading.
# Exit: 0 done, 1 the setting can't be read.
set -u
# shellcheck source=src/files/mounted.sh
. "${0%/*}/../../files/mounted.sh"
export name="$1"
path=$2 conf=$3 systemd=$4
shift 4
printf 'kernel\t%s\n' "$(uname -r)"
if [ -e "$path" ]; then
  value=$(cat "$path") || exit 1
  set -f # The kernel separates by tabs, people by blanks.
  # shellcheck disable=SC2086
  printf 'value\t%s\n' "$(set -- $value; echo "$*")"
  set +f
  case $(stat -c %A "$path") in
    *w*) case $(mounted "$path") in
      ro) printf 'closed\tit is on a filesystem that is mounted read-only, as in a container\n' ;;
      *) [ -w "$path" ] || [ "$(id -u)" -ne 0 ] || printf 'closed\t%s is not writable\n' "$path" ;;
    esac ;;
    *) printf 'closed\tthe kernel lets nobody set it\n' ;;
  esac
else
  echo absent
fi
for directory in "$@"; do
  for file in "$directory"/*.conf; do
    [ -e "$file" ] && printf '%s\t%s\n' "${file##*/}" "$file"
  done
done | LC_ALL=C sort -s -t "$(printf '\t')" -k 1,1 | awk -F '\t' '!seen[$1]++ { print $2 }' | {
  cat
  [ -d "$systemd" ] || [ ! -f "$conf" ] || printf '%s\n' "$conf"
} | while IFS= read -r file; do
  awk -v file="$file" '
    { sub(/\r$/, ""); sub(/^[ \t]*-?[ \t]*/, "") }
    /^[#;]/ || !/=/ { next }
    { key = $0; sub(/[ \t]*=.*/, "", key); value = $0; sub(/^[^=]*=[ \t]*/, "", value); gsub(/[ \t]+/, " ", value); sub(/ $/, "", value)
      # As sysctl(8) has it: the first separator tells which of the two it is; the other one then stands for itself.
      at = match(key, /[.\/]/); if (at && substr(key, at, 1) == ".") { gsub(/\//, "\n", key); gsub(/\./, "/", key); gsub(/\n/, ".", key) }
      if (key == ENVIRON["name"]) printf "boot\t%s\t%s\n", file, value }' "$file"
done
exit 0
