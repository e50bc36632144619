#!/usr/bin/env bash
# lab.sh: a fleet of real hosts on this machine (systemd, sshd on 127.0.1.N, dockerd, the mount rule of EL7 kernels). Needs root on Debian.
#   lab.sh check                  exit 0 when the lab can run here, else 1 and one line that says why not
#   lab.sh up [N]                 boot host1 … hostN (default 2); odd hosts: dockerd owns its containerd; even: containerd.service
#   lab.sh env                    KEY=VALUE lines (a value is the rest of its line)
#   lab.sh status                 every host, its containers, the stuck ones
#   lab.sh ssh HOST [COMMAND…]
#   lab.sh wedge [SCENARIO [HOST]]  without a scenario: lists them; HOST defaults to host1; prints KEY=VALUE facts
#   lab.sh reset HOST             back to a clean host, without a reboot when that is enough
#   lab.sh snapshot HOST          everything that a dry run must not change
#   lab.sh down                   nothing left running or mounted
# UNWEDGE_LAB names another lab (default: one for each checkout), UNWEDGE_LAB_CACHE another cache (default ~/.cache/unwedge-lab).
set -euo pipefail
shopt -s inherit_errexit

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LABS=/var/lib/unwedge-lab
LAB=${UNWEDGE_LAB:-$(cksum <<<"$HERE" | cut -d' ' -f1)}
LAB_DIR=$LABS/$LAB

say() { echo "lab: $*" >&2; }
die() { say "$*"; exit 1; }

# shellcheck source=test/lab/base.sh
. "$HERE/base.sh"
# shellcheck source=test/lab/host.sh
. "$HERE/host.sh"

main() {
  trap 'exit 130' INT TERM HUP
  [[ $LAB =~ ^[a-z0-9-]+$ ]] || die "UNWEDGE_LAB='$LAB': use a-z, 0-9 and - only"
  local command=${1:-}
  shift || :
  case $command in
    check) check ;;
    up) up "${1:-2}" ;;
    env) print_env ;;
    status) each_host print_status ;;
    ssh | reset | snapshot) need_host "${1:-}" && "${command}_host" "$@" ;;
    wedge) wedge "$@" ;;
    down) down ;;
    *) sed -n '2,/^set /s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 1 ;;
  esac
}

check() {
  local reason
  reason=$(why_not)
  [ -z "$reason" ] || { echo "the lab can't run here: $reason"; exit 1; }
}

# ---- up and down ----

up() {
  begin_work
  make_keys
  local host hosts=()
  for ((n = 1; n <= $1; n++)); do host_is_ready "host$n" || hosts+=("host$n"); done
  for host in "${hosts[@]}"; do
    destroy_host "$host"
    make_numbered_host "$host"
  done
  write_connection_files
  for host in "${hosts[@]}"; do boot_host "$host"; done
  for host in "${hosts[@]}"; do wait_for_host "$host"; done
  say "up: $(host_names | paste -sd' '); inventory: $LAB_DIR/inventory.yaml"
}

# Whatever ends this process from here on, no half-made host stays behind.
begin_work() {
  check
  lock_lab
  trap abandon_unready_hosts EXIT
  prepare_base
}

# Even hosts keep docker's files elsewhere, so that nothing can take /var/lib/docker for granted.
make_numbered_host() {
  if ((${1#host} % 2)); then make_host "$1" own /var/lib/docker; else make_host "$1" separate /srv/docker; fi
}

abandon_unready_hosts() {
  local host
  destroy_hosts_of "$LAB_DIR.building"
  for host in $(host_names); do host_is_ready "$host" || destroy_host "$host"; done
  [ -n "$(host_names)" ] || down_unlocked
}

down() {
  [ -d "$LABS" ] || return 0
  lock_lab
  down_unlocked
}

down_unlocked() {
  destroy_hosts_of "$LAB_DIR"
  destroy_hosts_of "$LAB_DIR.building"
}

destroy_hosts_of() {
  local LAB_DIR=$1
  each_host destroy_host
  rm -rf --one-file-system "$LAB_DIR"
}

# One `up` or `down` of a lab at a time. The lock is file descriptor 9; no host may inherit it.
lock_lab() {
  mkdir -p "$LABS"
  exec 9>"$LABS/$LAB.lock"
  flock 9
}

# ---- how to reach the hosts ----

make_keys() {
  mkdir -p "$LAB_DIR/hosts"
  chmod 0700 "$LAB_DIR"
  [ -e "$LAB_DIR/id_ed25519" ] || ssh-keygen -q -t ed25519 -N '' -C "lab $LAB" -f "$LAB_DIR/id_ed25519"
}

write_connection_files() {
  local host
  each_host known_host_line >"$LAB_DIR/known_hosts"
  {
    printf 'Host *\n  User root\n  IdentityFile %s\n  IdentitiesOnly yes\n  UserKnownHostsFile %s\n' "$LAB_DIR/id_ed25519" "$LAB_DIR/known_hosts"
    printf '  StrictHostKeyChecking yes\n  BatchMode yes\n  ConnectTimeout 10\n'
    for host in $(host_names); do printf 'Host %s\n  HostName %s\n' "$host" "$(host_fact "$host" address)"; done
  } >"$LAB_DIR/ssh_config"
  print_inventory >"$LAB_DIR/inventory.yaml"
}

known_host_line() { echo "$(host_fact "$1" address) $(cut -d' ' -f1,2 "$(host_dir "$1")/root/etc/ssh/ssh_host_ed25519_key.pub")"; }

print_inventory() {
  printf 'all:\n  children:\n    docker:\n      hosts:\n'
  each_host print_inventory_host
  printf '    own:\n      hosts:\n'
  each_host print_group_member own
  printf '    separate:\n      hosts:\n'
  each_host print_group_member separate
}

print_inventory_host() {
  cat <<YAML
        $1:
          ansible_host: $(host_fact "$1" address)
          ansible_user: root
          ansible_ssh_private_key_file: $LAB_DIR/id_ed25519
          ansible_ssh_common_args: "-o UserKnownHostsFile=$LAB_DIR/known_hosts -o StrictHostKeyChecking=yes"
YAML
}

print_group_member() { [ "$(host_fact "$2" layout)" != "$1" ] || echo "        $2: {}"; }

# each_host FUNCTION [ARGUMENT…]: calls it with every host's name last.
each_host() {
  local host
  for host in $(host_names); do "$@" "$host"; done
}

need_host() { host_is_ready "$1" || die "no host '$1' is up in this lab (up: $(host_names | paste -sd' ')); start it with: lab.sh up"; }

# ---- commands ----

print_env() {
  [ -e "$LAB_DIR/inventory.yaml" ] || die 'this lab is down; start it with: lab.sh up'
  printf '%s\n' "LAB=$LAB" "LAB_DIR=$LAB_DIR" "INVENTORY=$LAB_DIR/inventory.yaml" "KEY=$LAB_DIR/id_ed25519" \
    "KNOWN_HOSTS=$LAB_DIR/known_hosts" "SSH_CONFIG=$LAB_DIR/ssh_config" "HOSTS=$(host_names | paste -sd' ')"
  each_host print_host_env
}

# Of each host: its address, layout, docker root, root directory on this machine and the machine's pid of its PID 1.
print_host_env() {
  printf '%s\n' "$1_ADDRESS=$(host_fact "$1" address)" "$1_LAYOUT=$(host_fact "$1" layout)" "$1_DOCKER_ROOT=$(host_fact "$1" docker-root)" \
    "$1_ROOT=$(host_dir "$1")/root" "$1_LEADER=$(host_leader "$1")"
}

ssh_host() { on_host "$@"; }

print_status() {
  printf '%s  %s  %s containerd  ' "$1" "$(host_fact "$1" address)" "$(host_fact "$1" layout)"
  host_is_ready "$1" || { echo down; return; }
  on_host "$1" sh -s <<'SH' || :
echo "$(systemctl is-system-running), $(docker ps -aq | wc -l) containers, $(docker ps -aq --filter status=removing --filter status=dead | wc -l) stuck"
docker ps -a --no-trunc --format '    {{.ID}} {{.Names}}: {{.Status}}'
SH
}

# The scenarios are host scripts: each runs in the host, after the functions of wedge.sh.
wedge() {
  local scenario=${1:-} host=${2:-host1}
  [ -n "$scenario" ] || { list_scenarios; return; }
  [ -e "$HERE/scenarios/$scenario.sh" ] || die "no scenario '$scenario'; there are: $(list_scenarios | cut -d' ' -f1 | paste -sd' ')"
  need_host "$host"
  cat "$HERE/wedge.sh" "$HERE/scenarios/$scenario.sh" | on_host "$host" sh -eu -s -- "$scenario"
}

# Both halves of it in the host are reset.sh. A host that does not come clean is booted anew.
reset_host() {
  local host=$1 dir docker_root
  dir=$(host_dir "$host") docker_root=$(host_fact "$host" docker-root)
  rm -rf "$dir/root/etc/systemd" "$dir/root/etc/docker"
  cp -a "$dir/clean/." "$dir/root/etc/"
  if on_host "$host" sh -s stop "$docker_root" <"$HERE/reset.sh"; then
    fill_docker_root "$host"
    if on_host "$host" sh -s start "$docker_root" <"$HERE/reset.sh"; then return; fi
  fi
  say "$host is not clean: booting it anew"
  renew_host "$host"
}

renew_host() {
  begin_work
  end_host "$1"
  make_numbered_host "$1"
  write_connection_files
  boot_host "$1"
  wait_for_host "$1"
}

snapshot_host() { on_host "$1" sh -s <"$HERE/snapshot.sh"; }

list_scenarios() {
  local file
  for file in "$HERE"/scenarios/*.sh; do printf '%-20s %s\n' "$(basename "$file" .sh)" "$(sed -n '1s/^# //p' "$file")"; done
}

main "$@"
