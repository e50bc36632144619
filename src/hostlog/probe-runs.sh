#!/bin/sh
# The journals that this host keeps of runs. Only looks.
# Usage: probe-runs.sh PREFIX     PREFIX: the beginning of a run's id; '' for all
# Prints records, tab-separated: "user NAME ROOT" (who looks, and below which directory), "hidden ROOT" (root's, where only root may
# look); "run DIRECTORY NAME SWITCH JSON" (NAME: of the host in the run; SWITCH: armed, fired, confirmed or unarmed), "machine JSON"
# (which machine the host was), then "change SEQ JSON" of each change, then "log AT WORD SEQ REST" in the order of time.
# Exit: 0 done, 1 they can't be read.
set -u
root=${UNWEDGE_HOST_DIR:-/var/lib/unwedge}
[ "$(id -u)" -eq 0 ] || root=${UNWEDGE_HOST_DIR:-${HOME:-}/.unwedge}
printf 'user\t%s\t%s\n' "$(id -un 2>/dev/null || id -u)" "$root"
[ "$root" = "${UNWEDGE_HOST_DIR:-/var/lib/unwedge}" ] || [ ! -d /var/lib/unwedge ] || printf 'hidden\t/var/lib/unwedge\n'
[ -d "$root/runs" ] || exit 0
[ -r "$root/runs" ] || { echo "$root/runs can't be read" >&2; exit 1; }
tab=$(printf '\t')
for journal in "$root/runs/$1"*; do
  [ -e "$journal/run.json" ] || continue
  switch=unarmed
  for name in "$journal"/armed-* "$journal/fired" "$journal/confirmed"; do
    [ ! -e "$name" ] || { switch=${name##*/}; switch=${switch%%-*}; }
  done
  printf 'run\t%s\t%s\t%s\t%s\n' "${journal##*/}" "$(cat "$journal/name")" "$switch" "$(cat "$journal/run.json")"
  [ ! -r "$journal/machine" ] || printf 'machine\t%s\n' "$(head -n 1 "$journal/machine")"
  for change in "$journal"/[0-9]*.sh; do
    [ -e "$change" ] || continue
    seq=${change##*/}
    printf 'change\t%s\t%s\n' "${seq%.sh}" "$(sed -n -e "s/^#:event$tab//p" "$change")"
  done
  [ ! -e "$journal/log" ] || sed "s/^/log$tab/" "$journal/log"
done
exit 0
