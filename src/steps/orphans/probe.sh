#!/bin/sh
# What lies below docker's data root for containers, and who refers to what is left of one. Only looks.
# Usage: probe.sh ROOT DOCKERD_PID
# Prints records, fields separated by tabs:
#   started SECONDS                     dockerd, since 1970, with fractions
#   layer ID                            a container's record of its layer (image/DRIVER/layerdb/mounts/ID)
#   directory ID yes|no                 containers/ID; whether docker could load it: by its config.v2.json (config.json up to 1.9)
#   changed ID SECONDS                  of a directory that docker could not load: its mtime,
#   holds ID FILE                       the first file in it, or directory with an odd name,
#   tree ID MODE UID GID PATH           each directory of it, the deepest first; PATH below ROOT/containers/ID
#   used ID WHAT                        a mount in any namespace, a control group, a shim or an open file with its id
# Exit: 0 done, 5 /proc or the data root can't be listed.
set -u
export LC_ALL=C
tab=$(printf '\t')
root=$1 dockerd=$2
say() { printf '%s' "$1"; shift; printf '\t%s' "$@"; printf '\n'; }
ticks=$(sed 's/^.*) //' "/proc/$dockerd/stat" 2>/dev/null | cut -d ' ' -f 20)
read -r uptime _ </proc/uptime || exit 5
[ -z "$ticks" ] || awk -v now="$(date +%s)" -v up="$uptime" -v ticks="$ticks" -v hz="$(getconf CLK_TCK)" \
  'BEGIN { printf "started\t%.2f\n", now - up + ticks / hz }'
[ -d "$root/containers" ] || { echo "there is no $root/containers" >&2; exit 5; }
is_id() { case $1 in *[!0-9a-f]*) return 1 ;; esac; [ ${#1} -eq 64 ]; }
for layer in "$root"/image/*/layerdb/mounts/*; do
  if is_id "${layer##*/}"; then say layer "${layer##*/}"; fi
done
ids=''
for directory in "$root"/containers/*; do
  id=${directory##*/}
  { is_id "$id" && [ -d "$directory" ] && ! [ -h "$directory" ]; } || continue
  if [ -e "$directory/config.v2.json" ] || [ -e "$directory/config.json" ]; then say directory "$id" yes; continue; fi
  say directory "$id" no
  ids="$ids$id
"
done
[ -n "$ids" ] || exit 0
# shellcheck disable=SC2012 # no file names here
namespaces=$(ls -ln /proc/[0-9]*/ns/mnt 2>/dev/null | awk '!seen[$NF]++ { split($(NF - 2), p, "/"); print "/proc/" p[3] "/mountinfo" }')
[ -n "$namespaces" ] || { echo 'no mount namespace can be read below /proc' >&2; exit 5; }
# shellcheck disable=SC2086 # paths without blanks
files=$(printf %s "$ids" | grep -slFf - $namespaces /proc/[0-9]*/cgroup)
# A shim names its container in its command line; busybox grep ends at the first NUL.
# shellcheck disable=SC2013 # paths without blanks
shims=$(for comm in $(grep -slE '^(containerd-shim|docker-containe)' /proc/[0-9]*/comm); do tr '\000' ' ' <"${comm%comm}cmdline"; done 2>/dev/null)
# shellcheck disable=SC2010 # the links' targets are wanted
links=$(ls -ln /proc/[0-9]*/cwd /proc/[0-9]*/root /proc/[0-9]*/fd/ 2>/dev/null | grep -F /containers/)
for id in $ids; do
  for file in $files; do echo "$id" | grep -qsFf - "$file" && say used "$id" "$file"; done
  case $shims in *"$id"*) say used "$id" 'a shim of containerd' ;; esac
  case $links in *"$id"*) say used "$id" 'an open file or a working directory' ;; esac
  # Not into what is mounted there.
  cd "$root/containers/$id" || continue
  say changed "$id" "$(stat -c %Y .)"
  found=$(find . -xdev \( ! -type d -o -name '*[!A-Za-z0-9_.-]*' \) | head -n 1)
  [ -z "$found" ] || { say holds "$id" "$found"; continue; }
  find . -xdev -depth -type d -exec stat -c "tree$tab$id$tab%a$tab%u$tab%g$tab%n" {} +
done
exit 0
