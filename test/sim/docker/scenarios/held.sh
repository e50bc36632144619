# shellcheck shell=sh
# All of those hold one container whom the arguments name: container, distroless, service, process, kubelet, host.
[ $# -gt 0 ] || { echo 'held: by whom? container, distroless, service, process, kubelet, host' >&2; exit 2; }
[ "$*" = host ] || needs_foreign_copies
start_neighbour
victim=$(start victim) || exit
for holder; do
  case $holder in
    container) start_agent agent ;;
    distroless) IMAGE=lab/distroless:1; start_agent distroless; IMAGE=lab/busybox:1 ;;
    service) needs_host_namespace; start_service ntpd ;;
    process) needs_host_namespace; start_process ;;
    kubelet) needs_host_namespace; start_service kubelet ;;
    host) needs_host_namespace; alias_root; HOLDERS="$HOLDERS host" ;;
    *) echo "held: no holder $holder" >&2; exit 2 ;;
  esac
done
stick "$victim"
report
