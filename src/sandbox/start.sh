#!/bin/sh
# Keeps an audit's probes from writing: they run in a sandbox of their own (enter.sh), without the rights by which one leaves it.
# Usage: it comes between job.sh and agent.sh, behind proxy.sh and data-roots.sh and with the texts of enter.sh, proxy-client.sh and check.sh in
# UNWEDGE_SANDBOX, UNWEDGE_ASK and UNWEDGE_CHECK
# Sets $sandboxed: "namespace", "uid" (the session is not root's), or "none WHY"
# Exit: never
set -u
# The only right that is left. A user that nobody is, so that no process and no file is its own; kernels before 4.3 can't do that.
right=dac_read_search
stranger="--reuid=2147480001 --regid=2147480001 --clear-groups --inh-caps=-all,+$right --ambient-caps=-all,+$right"
sandboxed='' sandbox='' as=''

# Prints the pid of the process that keeps it.
make_sandbox() {
  for program in unshare nsenter setpriv flock pivot_root timeout; do
    command -v "$program" >/dev/null || { echo "the host has no $program"; return 1; }
  done
  asked=''
  for program in docker systemctl journalctl dmesg zfs ls readlink; do ! command -v "$program" >/dev/null || asked="$asked $program"; done
  # Below 2.27 unshare leaves mounts as they are and has no such flag.
  flow=''
  ! unshare --help | grep -q -e --propagation || flow='--propagation slave'
  # shellcheck disable=SC2046,SC2086 # flags; a data root with a blank in its path is not seen
  UNWEDGE_ASK=$UNWEDGE_ASK unshare $flow -m -n -i -u sh -c "$UNWEDGE_SANDBOX" unwedge "$asked" /bin /sbin /lib /lib32 /lib64 /libx32 /usr /etc \
    /var/log /run/systemd/system $(data_roots) 2>&1 </dev/null
}

# in_sandbox TEXT ARG…
in_sandbox() {
  # shellcheck disable=SC2086 # flags
  nsenter -t "$sandbox" -m -n -i -u -p setpriv $as --bounding-set=-all,+$right --no-new-privs sh -c "$@" 7>&- 8>&- 9>&-
}

guarded() {
  [ "$(id -u)" -eq 0 ] || { sandboxed=uid; return; }
  said=$(make_sandbox)
  sandbox=$(printf '%s\n' "$said" | tail -n 1) # mount may have warned before
  case $sandbox in '' | *[!0-9]*) sandboxed="none cannot make a sandbox: $said"; return ;; esac
  exec 7<>"/proc/$sandbox/root/run/unwedge/asks" 8<>"/proc/$sandbox/root/run/unwedge/answers" 9>"/proc/$sandbox/root/run/unwedge/life"
  (exec </proc/self/fd/7 7>&- 9>&- 2>/dev/null && serve) &
  for as in "$stranger" --inh-caps=-all; do
    why=$(in_sandbox "$UNWEDGE_CHECK" 2>&1) && { sandboxed=namespace; return; }
  done
  sandboxed="none $why"
}

guarded
sandboxed=$(printf %s "$sandboxed" | tr '\n\t' '  ' | cut -c 1-300)
# Its text and arguments go by a pipe, for all to see would be a command line or an environment.
# shellcheck disable=SC2016,SC2154
[ "$sandboxed" != namespace ] || run_script() {
  # A job that had to be ended took the sandbox with it, and its number may be a stranger's by now.
  # shellcheck disable=SC3013 # each sh has it
  [ "/proc/$sandbox/root/run/unwedge/life" -ef /proc/self/fd/9 ] || { echo "the audit's sandbox is gone" >&2; exit 1; }
  printf '%s\n%s\n' "$UNWEDGE_ARGS" "$UNWEDGE_SCRIPT" | in_sandbox 'PATH=/run/unwedge/bin:$PATH; IFS= read -r UNWEDGE_ARGS; UNWEDGE_SCRIPT=$(cat); exec </dev/null; set +u; eval "$UNWEDGE_SCRIPT"' unwedge
}
