#!/bin/sh
# What became of one change, as the host's own journal has it. Only looks.
# Usage: probe.sh RUN NAME SEQ
# Prints one record, tab-separated:
#   none           it was never begun: nothing was done
#   running PID    its script still runs
#   cut            it was begun, and ended without a word: it may be done, or half done
#   ended CODE     its script's exit code: 0 done, 3 and 9 nothing was done, others failed
#   undone         it is taken back
# Exit: 0 done, 1 the journal can't be read.
set -u
root=${UNWEDGE_HOST_DIR:-/var/lib/unwedge}
[ "$(id -u)" -eq 0 ] || root=${UNWEDGE_HOST_DIR:-${HOME:-}/.unwedge}
journal=$root/runs/$1
[ ! -d "$journal:$2" ] || journal=$journal:$2
found=$([ ! -e "$journal/log" ] || awk -F '\t' -v seq="$3" '$3 == seq { word = $2; $1 = $2 = $3 = ""; rest = $0 } END { print word, rest }' "$journal/log") || exit 1
# shellcheck disable=SC2086 # words without blanks
set -- $found
case ${1:-none} in
  begun)
    # A number may belong to a stranger by now.
    if [ "$(cat /proc/sys/kernel/random/boot_id)" = "${4:-}" ] && [ "$(sed 's/^.*) //' "/proc/${2:-none}/stat" 2>/dev/null | cut -d ' ' -f 20)" = "${3:-}" ]; then
      printf 'running\t%s\n' "$2"
    else
      echo cut
    fi
    ;;
  ended) printf 'ended\t%s\n' "${2:-}" ;;
  undone) echo undone ;;
  none) echo none ;;
  *) echo cut ;;
esac
exit 0
