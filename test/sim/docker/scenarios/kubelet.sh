# shellcheck shell=sh
# A Kubernetes node: kubelet itself, with private mounts, holds the mount. It must never be restarted by a machine.
needs_foreign_copies
needs_host_namespace
mkdir -p /etc/kubernetes /var/lib/kubelet/pods
echo 'apiVersion: v1' >/etc/kubernetes/kubelet.conf
start_neighbour -v /var/lib/kubelet/pods:/pods
victim=$(start k8s_web_web-0_default_0) || exit
start_service kubelet
stick "$victim"
report
