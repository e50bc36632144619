#!/bin/sh
# What is left of a run to be taken back on this host, and in which order. The rules are those of src/engine/undo-plan.ts.
# Usage: plan.sh restore | activate | left     beside the run's SEQ.sh and log
# Prints a line for each, tab-separated: restore: "KIND SEQ SECONDS", newest first; left: "SEQ"; activate, once that is done:
# "again | useless | idle, SEQ, SECONDS, SEQS, DUE", useless: nothing before it was restored since it was last done again; idle:
# nothing before it can be; DUE: those of SEQS that are due once more after it, because something before them is not back.
# Exit: 0 done; else no line of it counts: why is on stderr.
set -u
journal=${0%/*} what=$1
set -- "$journal"/[0-9]*.sh
[ -e "$1" ] || exit 0
awk -F '\t' -v what="$what" '
  BEGIN { max = 0 }
  FILENAME ~ /\.sh$/ {
    if (FNR == 1) {
      n = FILENAME; gsub(/.*\/|\.sh$/, "", n); n += 0
      kind[n] = "reverse"; last[n] = "applying"; if (n > max) max = n
    }
    if ($1 == "#:kind") kind[n] = $2
    if ($1 == "#:resource") resource[n] = $2
    if ($1 == "#:harmless") harmless[n] = 1
    if ($1 == "#:seconds") seconds[n] = $2
    next
  }
  $2 == "ended" && ($4 == 3 || $4 == 9) { last[$3] = "not done" }
  $2 ~ /^und/ || $2 == "irreversible" { last[$3] = $2 }
  $2 == "undone" { back[$3] = ++turn }

  function left(n) { return n in kind && last[n] !~ /^(not done|undone|irreversible)$/ }
  function active(n) { return left(n) && kind[n] == "repeat" }
  # One that disturbs is repeated at its last place only; a harmless one wherever it stood.
  function wanted(n, m) {
    if (!active(n)) return 0
    for (m = n + 1; m <= max && !harmless[n]; m++) if (active(m) && resource[m] == resource[n]) return 0
    return 1
  }
  # By what was restored before it, and since it was last done again.
  function verdict(n, m, found) {
    found = "idle"
    for (m = 0; m < n; m++) {
      if (kind[m] !~ /^(reverse|scrubbed)$/) continue
      if (last[m] == "undone" && back[m] > back[n] + 0) return "again"
      if (left(m)) found = "useless"
    }
    return found
  }
  function due(seqs, n, m, seq, count, all) {
    count = split(seqs, seq, " ")
    for (n = 1; n <= count; n++)
      for (m = 0; m < seq[n] + 0; m++)
        if (kind[m] ~ /^(reverse|scrubbed)$/ && left(m)) { all = all (all == "" ? "" : " ") seq[n]; break }
    return all
  }
  function covered(n, m, all) {
    for (m = n - 1; m >= 0 && !kept[m, resource[n]]; m--) if (active(m) && resource[m] == resource[n]) all = all " " m
    return all
  }
  END {
    for (n = max; n >= 0 && what == "restore"; n--) if (left(n) && kind[n] != "repeat") print kind[n] "\t" n "\t" seconds[n]
    for (n = 0; n <= max && what == "left"; n++) if (left(n)) print n
    for (n = 0; n <= max && what == "activate"; n++) if (wanted(n)) once[++count] = n
    for (i = 1; i <= count; i++) {
      n = once[i]
      # Not twice in a row.
      if (i < count && resource[once[i + 1]] == resource[n]) continue
      seqs = n covered(n)
      print verdict(n) "\t" n "\t" seconds[n] "\t" seqs "\t" due(seqs)
      kept[n, resource[n]] = 1
    }
  }' "$@" "$journal/log"
