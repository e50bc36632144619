#!/bin/sh
# What a job waits for when its time is over: the programs below it that have started no other.
# Usage: waiting, with the job's pid in $job; it comes before agent.sh
# Exit: 0; command lines on stdout, joined by "; ", nothing where the script itself is at work
set -u

# shellcheck disable=SC2013,SC2154
waiting() {
  for pid in $(cat /proc/[0-9]*/stat 2>/dev/null | awk -v job="$job" '
    { pid = $1; sub(/.*\) /, ""); if ($1 != "Z") { parent[pid] = $2; busy[$2] } }
    END {
      for (pid in parent) {
        for (up = pid; up in parent && up != job; up = parent[up]);
        if (up == job && !(pid in busy)) print pid
      }
    }'); do
    tr '\000\n\t' '   ' <"/proc/$pid/cmdline" | sed 's/ *$//'
    echo
  done | awk '/./ && !/UNWEDGE_(AGENT|SCRIPT)/ && !/^sleep / { text = text mark $0; mark = "; " } END { print substr(text, 1, 200) }'
}
