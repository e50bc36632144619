#!/bin/sh
# A file as it is, and why it could not be replaced. Only looks.
# Usage: probe.sh PATH
# Prints one record: absent | file MODE UID GID BASE64 | odd WHAT, tab-separated; then "directory" where its directory exists;
# then "closed WHY [TODO]" where neither it nor a file beside it could be written, or it has other names.
# Exit: 0 done, 1 it can't be read.
set -u
# shellcheck source=src/files/mounted.sh
. "${0%/*}/mounted.sh"
path=$1 directory=${1%/*}
if [ -h "$path" ]; then
  printf 'odd\tsymbolic link\n'
elif [ -f "$path" ]; then
  content=$(base64 -w 0 <"$path") || exit 1
  printf 'file\t%s\t%s\n' "$(stat -c '%a	%u	%g' "$path")" "$content"
elif [ -e "$path" ]; then
  printf 'odd\t%s\n' "$(stat -c %F "$path")"
else
  printf 'absent\n'
fi
[ -d "$directory" ] && echo directory
closed() { printf 'closed\t%s %s%s\n' "$1" "$2" "${3:+	$3}"; exit 0; }
if [ -h "$directory" ] && ! [ -e "$directory" ]; then
  closed "$directory" 'is a symbolic link to nothing' 'make its target on the host, or remove the link, then run again'
elif [ -e "$directory" ] && ! [ -d "$directory" ]; then
  closed "$directory" 'is not a directory' 'look at it on the host and move it away, then run again'
elif above=${directory%/*} && ! [ -d "$directory" ] && ! [ -d "${above:-/}" ]; then
  closed "$above" 'does not exist, and only the last directory is made' 'make that directory on the host, then run again'
fi
if [ -f "$path" ] && ! [ -h "$path" ] && [ "$(stat -c %h "$path")" -gt 1 ]; then
  closed "$path" 'has other names (hard links), which would keep the old content' 'find them: find / -xdev -samefile FILE; give the file a copy of its own, then run again'
fi
# Without the directory it is the one above that must take it.
above=${directory%/*}
for place in "$path" "$directory" "${above:-/}"; do
  [ -e "$place" ] || continue
  flags=$(lsattr -d "$place" 2>/dev/null)
  case ${flags%% *} in *[ia]*) closed "$place" 'is immutable or append-only (lsattr -d)' ;; esac
  if ! [ -w "$place" ]; then
    # root passes every mode; what is left is the filesystem.
    [ "$(id -u)" -eq 0 ] || closed "$place" "is not writable for $(id -un)"
    closed "$place" 'is on a filesystem that is read-only'
  fi
  case $(mounted "$place") in
    ro) closed "$place" 'is on a filesystem that is read-only' ;;
    own) [ "$place" != "$path" ] || closed "$place" 'is a mount of its own, over which no file can be moved' 'change what is mounted there, where that comes from' ;;
  esac
  [ "$place" != "$directory" ] || break
done
exit 0
