#!/bin/sh
# In the sandbox of an audit, in the place of a program of the host: has proxy.sh run it outside and tells what it said.
# Usage: PROGRAM ARG…, by a link of that name in DIRECTORY/bin, with the pipes DIRECTORY/asks and DIRECTORY/answers
# Exit: the program's; 126 where an audit does not do that.
set -u
here=${0%/bin/*} program=${0##*/}
case $program in
  # Only what /proc tells of others by links needs more rights than there are here.
  ls | readlink)
    for last; do :; done
    case ${last:-} in /proc/[0-9]*) ;; *) PATH=${PATH#"$here/bin:"}; exec "$program" "$@" ;; esac ;;
esac
# One at a time; the kernel frees the lock of who is killed.
exec 9<"$0"
flock -x 9
case $* in *'
'*) echo "$program: not in an audit: an argument of two lines" >&2; exit 126 ;; esac
{ printf '%s\037' "$$" "$program" "$@"; echo; } >"$here/asks"
exec <"$here/answers"
# What was left to say to others, who were killed, is passed by.
hear() { while read -r whose code size; do [ "$whose" != "$$" ] || break; say "$size" >/dev/null; done; }
say() { [ "$1" -eq 0 ] || { dd bs="$1" count=1 iflag=fullblock 2>/dev/null; echo; }; }
hear
say "$size"
ended=$code
hear
say "$size" >&2
exit "$ended"
