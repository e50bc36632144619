#!/bin/sh
# Takes back what a run of unwedge has changed on this host, without unwedge: restores newest first, then activates again what was
# restored. What somebody has changed since is kept, and told. It may be run again.
# Usage: sh /var/lib/unwedge/runs/RUN/undo.sh
# Exit: 0 nothing is left to take back; 1 something is: what and why is on stderr.
set -u
umask 077
journal=$(cd "${0%/*}" && pwd) || exit 1
tab=$(printf '\t')
sh "$journal/deadman.sh" fire # the host need not do it itself any more
exec 9>"$journal/lock" || exit 1
! command -v flock >/dev/null || flock 9
: >>"$journal/log" || exit 1
note() { printf '%s\t%s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" >>"$journal/log"; }
# Sets $plan. Without it nothing is known to be left: what has to run after a reboot stays.
make_plan() { # restore | activate | left
  plan=$(sh "$journal/plan.sh" "$1") && return
  note "taken-back${tab}not whole"
  echo "$journal: what is left of the run is not known ($1), because plan.sh failed; run this again once its reason above is fixed" >&2
  exit 1
}
take() { # SEQ DEADLINE SEQS DUE
  for each in $3; do note "undoing$tab$each"; done
  said=$(timeout "$2" sh "$journal/$1.sh" 2>&1 </dev/null 9>&-) && {
    tell undone "$3" ''
    tell undo-failed "$4" 'done again for what is back; it is due once more when the rest is'
    return
  }
  tell undo-failed "$3" "$(printf '%s' "${said:-it failed}" | tr '\n\t' '  ')"
}
tell() { # WORD SEQS REASON
  for each in $2; do
    note "$1$tab$each${3:+$tab$3}"
    [ -z "$3" ] || sed -n -e "2s/^# \(.*\)/\1: $1:/p" "$journal/$each.sh" >&2
    [ -z "$3" ] || printf '  %s\n' "$3" >&2
  done
}
make_plan restore
printf '%s\n' "$plan" | while IFS=$tab read -r kind seq deadline; do
  case $kind in
    '') ;;
    reverse) take "$seq" "$deadline" "$seq" '' ;;
    scrubbed) tell undo-failed "$seq" 'a secret was taken out of its record, so what was there before is not known' ;;
    *) tell irreversible "$seq" "$(sed -n "s/^#:reason$tab//p" "$journal/$seq.sh")" ;;
  esac
done
make_plan activate
printf '%s\n' "$plan" | while IFS=$tab read -r verdict seq deadline seqs due; do
  case $verdict in
    '') ;;
    again) take "$seq" "$deadline" "$seqs" "$due" ;;
    useless) tell undo-failed "$seqs" 'not done again: nothing that it would activate was restored' ;;
    *) tell irreversible "$seqs" 'nothing that was changed before it is to be activated again' ;;
  esac
done
make_plan left
note "taken-back${plan:+${tab}not whole}"
sh "$journal/deadman.sh" forget
[ -z "$plan" ]
