#!/bin/sh
# What a scan looks at beside stuck containers: what lies below docker's data root for nothing, the settings of units, what
# the logs of the last day say of removals. Only looks: names and links, nothing is measured.
# Usage: survey.sh ROOT DRIVER [UNIT…]
# Prints records, fields separated by tabs:
#   container_directory ID yes|no (has config.v2.json)     layer_record ID MOUNT_ID     layer_directory NAME PATH
#     what docker does not list: asked after they were seen, so that what is being created is not among them
#   setting UNIT KEY=VALUE      journal|syslog|kernel|dmesg LINE (as it is in that log)
# Exit: 0 done, 4 the daemon does not answer, 124 it hangs.
set -u
root=$1 driver=$2 tab=$(printf '\t')
shift 2
case ${DOCKER_HOST:-} in unix://*) ;; *) DOCKER_HOST=unix:///var/run/docker.sock ;; esac
export DOCKER_HOST; unset DOCKER_TLS_VERIFY DOCKER_CONTEXT
layers=$root/image/$driver/layerdb
case $driver in
  devicemapper) store=devicemapper/metadata ;;
  aufs) store=aufs/diff ;;
  btrfs) store=btrfs/subvolumes ;;
  vfs) store=vfs/dir ;;
  *) store=$driver ;;
esac
seen=$(
  for plugin in "$root"/plugins/*; do printf 'plugin\t%s\n' "${plugin##*/}"; done
  for home in "$root"/containers/*; do
    if [ -e "$home/config.v2.json" ]; then has=yes; else has=no; fi
    printf 'container_directory\t%s\t%s\n' "${home##*/}" "$has"
  done
  grep -s '' "$layers"/mounts/*/mount-id /dev/null | awk -F / '{ sub(/^mount-id:/, "", $NF); printf "layer_record\t%s\t%s\n", $(NF - 1), $NF }'
  grep -hs '' "$layers"/sha256/*/cache-id | sed "s/^/image$tab/"
  # A layer that is being pulled belongs to no image yet.
  find "$root/$store" -mindepth 1 -maxdepth 1 -mmin +60 2>/dev/null | sed "s/^/layer_directory$tab/"
  # A layer of zfs is a dataset below that of docker's.
  parent=$([ "$driver" != zfs ] || timeout 60 docker info 2>/dev/null | sed -n 's/^ *Parent Dataset: //p')
  [ -z "$parent" ] || timeout 60 zfs list -Hp -r -d 1 -t filesystem -o creation,name "$parent" 2>/dev/null |
    awk -F '\t' -v before=$(($(date +%s) - 3600)) '$1 < before { print "layer_directory\t" $2 }'
)
ids=$(timeout 60 docker ps -aq --no-trunc) || case $? in 124) exit 124 ;; *) exit 4 ;; esac
{ printf '%s\n' "$ids" | sed "s/^/listed$tab/"; printf '%s\n' "$seen"; } | awk -F '\t' '
  BEGIN { OFS = FS }
  function is_id(name) { return length(name) == 64 && name !~ /[^0-9a-f]/ }
  $1 == "listed" || $1 == "plugin" { known[$2] }
  $1 == "image" { used[$2] }
  $1 == "layer_record" { used[$3] }
  ($1 == "container_directory" || $1 == "layer_record") && is_id($2) && !($2 in known) { print }
  $1 == "layer_directory" { name = $2; sub(/.*\//, "", name); layer = name; sub(/-(init|removing)$/, "", layer)
    if (is_id(layer) && !(layer in used)) print $1, name, $2 }'
[ $# -eq 0 ] || systemctl show "$@" -p Id -p MountFlags -p PrivateMounts -p PrivateTmp -p ProtectSystem 2>/dev/null |
  awk -F '\n' 'BEGIN { RS = "" } { for (i = 1; i <= NF; i++) if ($i ~ /^Id=/) id = substr($i, 4); for (i = 1; i <= NF; i++) print "setting\t" id "\t" $i }'
# The wordings of every generation (docs/docker-facts.md §1); a kernel repeats itself every 30 s.
said='(failed|[Uu]nable) to remove|[Cc]annot (remove|destroy) container|Error removing (mounted|init) layer|Handler for DELETE|[Dd]evice (is|or resource) [Bb]usy|dataset is busy|failed to (destroy|prune|unmount|load container)|could not remove mountpoint|unmount error after retries|[Ee]rror [Uu]nmounting|marked for removal|is already in progress'
thin='device-mapper: (thin|ioctl): .*(Deletion|unable to remove)|overlayfs: .* in-use'
pick() { grep -aE "$2" 2>/dev/null | tail -n 200 | cut -c 1-4000 | sed "s/^/$1$tab/"; }
recent() { timeout 60 journalctl -q --no-pager -o short-iso --since -24h "$@" 2>/dev/null; }
journal=$(recent -u docker.service -u docker-latest.service | pick journal "$said")
[ -n "$journal" ] || journal=$(tail -qn 20000 /var/log/messages /var/log/syslog /var/log/upstart/docker.log /var/log/docker.log 2>/dev/null | grep -a docker | pick syslog "$said")
kernel=$(recent -k | pick kernel "$thin")
[ -n "$kernel" ] || kernel=$(dmesg 2>/dev/null | pick dmesg "$thin")
printf '%s\n%s\n' "$journal" "$kernel" | grep .
exit 0
