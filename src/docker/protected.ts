/** Units that are never restarted, by patterns of their names; the host, docker or people's sessions live by them (docs/docker-facts.md §8). */
const PROTECTED: Readonly<Record<string, readonly string[]>> = {
  'it runs the containers of this host': [
    'docker*',
    'containerd*',
    'cri-o*',
    'crio*',
    'kubelet*',
    'k3s*',
    'rke2*',
    '*dockerd*',
  ],
  // Each restarts, moves or loses what runs on its node (docs/docker-facts.md §8).
  'it is an agent of a cluster, or keeps its storage': [
    ...[
      '*kube*',
      '*k8s*',
      'k0s*',
      'origin-*',
      '*openshift*',
      'atomic-openshift*',
      'rancher*',
      'rke*',
      'snap.microk8s.*',
    ],
    ...['nomad*', 'mesos*', 'dcos-*', 'podman*', 'lxd*', 'incus*', 'snap.lxd.*', 'libvirtd*', 'virtqemud*'],
    ...['ceph*', 'gluster*', 'longhorn*', 'portworx*', 'px-*', 'storageos*', 'drbd*', 'corosync*', 'pacemaker*'],
  ],
  'people and unwedge reach the host by it': [
    ...['ssh.service', 'ssh@*', 'sshd.service', 'sshd@*', 'sshd-*', 'dropbear*', 'tinysshd*'],
  ],
  'the host itself lives by it': ['systemd-*', 'dbus*', 'init.scope'],
  'sessions of people live in it': ['user@*', '*getty@*', 'session-*'],
  // A restart of these drops the rules that dockerd has set, or the network itself.
  "the host's network, and its containers', live by it": [
    ...['NetworkManager.service', 'network.service', 'networking.service', 'wicked*', 'ifup@*'],
    ...['firewalld*', 'iptables*', 'ip6tables*', 'nftables*', 'ufw*'],
  ],
  "the host's disks are reached by it": ['iscsid*', 'open-iscsi*', 'multipathd*', 'lvm2-*', 'rpcbind*', 'nfs-*'],
};

/** Programs that hold containers or a cluster's node up, in the 15 bytes that the kernel keeps of a name: who has one inside is left alone, too. */
const KEEPERS: readonly RegExp[] = [
  /^(dockerd(-current|-latest)?|(docker-)?containerd.*|docker-containe|crio|cri-dockerd|conmon(rs)?|podman|lxd|incusd|libvirtd|virtqemud)$/,
  // Node agents of Kubernetes and its kinds: kubelet, kubelite of MicroK8s, hyperkube and openshift that are it by their arguments.
  /^(kube.*|hyperkube|openshift(-.*)?|k3s(-.*)?|k0s|rke2?|rancher(d|-.*)?)$/,
  // Agents of other clusters.
  /^(nomad|mesos-(slave|agent|master)|dcos-.*|swarmd)$/,
  // Who serves the storage under others' containers.
  /^(ceph-(osd|mon|mds|mgr)|radosgw|gluster(d|fsd?)|px-(storage|oci-mon)|corosync|pacemakerd|drbd.*)$/,
];

/** Why a unit of this name is never restarted. */
export const whyProtected = (unit: string): string | undefined =>
  Object.entries(PROTECTED).find(([, patterns]) => patterns.some((pattern) => matches(pattern, unit)))?.[0];

export const keepsOthers = (command: string): boolean => KEEPERS.some((pattern) => pattern.test(command));

/** The process beside each container that outlives dockerd. Before 18.09 it has the same 15 bytes as containerd itself, and mounts.sh says more. */
export const isShim = (command: string): boolean => /^(docker-)?containerd-shim/.test(command);

/** Since OpenSSH 9.8 a session's processes are sshd-session, before the login sshd-auth. */
const SSH_SERVERS = /^(sshd(-session|-auth)?|dropbear(multi)?|tinysshd.*)$/;

/** Programs in whose namespaces nothing is ever unmounted, whatever they hold (docs/docker-facts.md §8). */
export const isUntouchable = (command: string): boolean =>
  command === 'systemd' || SSH_SERVERS.test(command) || (keepsOthers(command) && !isShim(command));

/** The first of these patterns that one of the names matches: `*` is any text, `?` any character. */
export const matching = (patterns: readonly string[], names: readonly string[]): string | undefined =>
  patterns.find((pattern) => names.some((name) => matches(pattern, name)));

/** Step by step: an expression tries each way to share a name out among the stars, and a user may write many. */
function matches(pattern: string, name: string): boolean {
  let [at, star, tried] = [0, -1, 0];
  for (let i = 0; i < name.length; ) {
    if (pattern[at] === '*') {
      [star, tried] = [at, i];
      at += 1;
    } else if (pattern[at] === '?' || pattern[at] === name[i]) {
      at += 1;
      i += 1;
    } else if (star === -1) return false;
    else {
      // The last star takes one character more: those before it need none.
      tried += 1;
      [at, i] = [star + 1, tried];
    }
  }
  return /^\**$/.test(pattern.slice(at));
}

/** Who put this container there and would put another in its place, and how it is restarted by that; docker's own restart is a failure to them. */
export function managerOf({
  name,
  labels = {},
}: ManagedContainer): { readonly reason: string; readonly restart: string } | undefined {
  const [, , namedPod, namedSpace] = /^k8s_([^_]+)_([^_]+)_([^_]+)_/.exec(name) ?? [];
  const pod = labels['io.kubernetes.pod.name'] ?? namedPod;
  if (pod !== undefined) {
    const space = labels['io.kubernetes.pod.namespace'] ?? namedSpace ?? 'NAMESPACE';
    return { reason: 'the kubelet manages it', restart: `kubectl delete pod ${pod} -n ${space}` };
  }
  // SERVICE.SLOT.TASK, or SERVICE.NODE.TASK of a global one.
  const service =
    labels['com.docker.swarm.service.name'] ?? /^(.+)\.(?:\d+|[a-z0-9]{25})\.[a-z0-9]{25}$/.exec(name)?.[1];
  return service === undefined
    ? undefined
    : { reason: 'swarm manages it', restart: `docker service update --force ${service}` };
}

interface ManagedContainer {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
}
