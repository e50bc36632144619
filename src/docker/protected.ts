/** Units that are never restarted, by patterns of their names; the host, docker or people's sessions live by them (facts/docker.md §8). */
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
  'people and unwedge reach the host by it': ['ssh.service', 'ssh@*', 'sshd.service', 'sshd@*', 'dropbear*'],
  'the host itself lives by it': ['systemd-*', 'dbus*', 'init.scope'],
  'sessions of people live in it': ['user@*', '*getty@*', 'session-*'],
  // A restart of these drops the rules that dockerd has set, or the network itself.
  "the host's network, and its containers', live by it": [
    ...['NetworkManager.service', 'network.service', 'networking.service', 'wicked*', 'ifup@*'],
    ...['firewalld*', 'iptables*', 'ip6tables*', 'nftables*', 'ufw*'],
  ],
  "the host's disks are reached by it": ['iscsid*', 'open-iscsi*', 'multipathd*', 'lvm2-*', 'rpcbind*', 'nfs-*'],
};

/** Programs that hold containers or a cluster's node up: who has one inside is left alone, too. */
const KEEPERS = /^(dockerd(-current)?|(docker-)?containerd.*|docker-containe|kubelet|k3s(-.*)?|rke2|crio|conmon)$/;

/** Why a unit of this name is never restarted. */
export const whyProtected = (unit: string): string | undefined =>
  Object.entries(PROTECTED).find(([, patterns]) => patterns.some((pattern) => matches(pattern, unit)))?.[0];

export const keepsOthers = (command: string): boolean => KEEPERS.test(command);

/** The process beside each container that outlives dockerd. Before 18.09 it has the same 15 bytes as containerd itself, and mounts.sh says more. */
export const isShim = (command: string): boolean => /^(docker-)?containerd-shim/.test(command);

/** Programs in whose namespaces nothing is ever unmounted, whatever they hold (facts/docker.md §8). */
export const isUntouchable = (command: string): boolean =>
  ['systemd', 'sshd'].includes(command) || (keepsOthers(command) && !isShim(command));

/** The first of these patterns that one of the names matches: `*` is any text, `?` any character. */
export const matching = (patterns: readonly string[], names: readonly string[]): string | undefined =>
  patterns.find((pattern) => names.some((name) => matches(pattern, name)));

function matches(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(name);
}
