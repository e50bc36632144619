#!/bin/sh
# Whether a path is on a read-only mount, or is a mount by itself, over which nothing can be renamed. Not by test -w: busybox takes
# root's word for it. Sent as one line, in the place of the line that reads it: each statement ends with ; or { or in its middle.
# Usage: . "${0%/*}/mounted.sh"; mounted PATH
# Prints: ro | own, or nothing.
# Exit: 0
set -u
mounted() {
  at=$(printf '%s/%s\n' "$(cd -P "${1%/*}/" && pwd -P)" "${1##*/}" | sed -e 's/\\/\\134/g' -e 's/ /\\040/g' -e 's|^//|/|');
  export at;
  awk '{ place = $5 == "/" ? "/" : $5 "/" }
      index(ENVIRON["at"] "/", place) == 1 && length(place) >= best {
        best = length(place); own = $5 == ENVIRON["at"];
        i = 7; while (i < NF && $i != "-") i++;
        ro = "," $6 "," $(i + 3) "," ~ /,ro,/ }
      END { if (ro) print "ro"; else if (own) print "own" }' /proc/self/mountinfo;
};
