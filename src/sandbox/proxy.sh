#!/bin/sh
# Runs outside of an audit's sandbox what its probes ask for: programs that only look, with arguments by which they only look.
# Usage: serve, with the requests on stdin and the answers to descriptor 8
#   a request: ID, PROGRAM and its ARGs, each ended by byte 037, on one line
#   an answer: "ID CODE SIZE\n" and its output, then "ID CODE SIZE\n" and what it said on stderr; without their last newlines
# Exit: 0 at the end of stdin.
set -u

# Flags that are not among the first argument's words are refused, also such as -H, by which a program asks another host.
only() {
  known=" $1 "
  shift
  for word; do case $word in -*) case $known in *" $word "*) ;; *) return 1 ;; esac ;; esac; done
}
each_is() {
  form=$1
  shift
  ! printf '%s\n' "$@" | grep -qvxE "$form"
}
allows() {
  verb="$1 ${2:-}"
  case $1 in docker | systemctl | zfs) [ $# -gt 1 ] || return 1; shift 2 ;; *) shift ;; esac
  case $verb in
    'docker ps' | 'docker inspect' | 'docker info' | 'docker version') only '-a -q -aq --no-trunc --filter --format -f --type' "$@" ;;
    'systemctl show' | 'systemctl is-active') only '-p -q' "$@" ;;
    'zfs list') only '-Hp -r -d -t -o' "$@" ;;
    journalctl\ *) only '-q --no-pager -o --since -24h -u -k' "$@" ;;
    'dmesg ') [ $# -eq 0 ] ;;
    'ls -ln') shift; each_is '/proc/[0-9]+/(task/[0-9]+/)?(ns/mnt|cwd|root|fd/?)' "$@" ;;
    readlink\ *) each_is '/proc/[0-9]+/(ns/mnt|exe|cwd|root)' "$@" ;;
    *) return 1 ;;
  esac
}
ask() {
  allows "$@" || { echo "$*: not in an audit" >&2; return 126; }
  # Before the probe's own minute is over.
  timeout 55 "$@" </dev/null
}
serve() {
  # ${#said} is in bytes.
  export LC_ALL=C
  case ${DOCKER_HOST:-} in unix://*) ;; *) export DOCKER_HOST=unix:///var/run/docker.sock ;; esac
  unset DOCKER_TLS_VERIFY DOCKER_CONTEXT
  while IFS= read -r request; do
    IFS=$(printf '\037')
    set -f
    # shellcheck disable=SC2086 # its words
    set -- $request
    unset IFS
    [ $# -gt 1 ] || continue
    id=$1
    shift
    wrong=$({ said=$(ask "$@" 2>&3); printf '%s %s %s\n%s' "$id" "$?" "${#said}" "$said" >&8; } 3>&1)
    printf '%s 0 %s\n%s' "$id" "${#wrong}" "$wrong" >&8
  done
}
