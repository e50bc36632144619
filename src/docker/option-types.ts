import type { JsonNode } from '../core/json-text.ts';

/** What dockerd's configuration takes for its options (moby/moby daemon/config/config*.go and cmd/dockerd/config*.go, 1.10 to 22.06). */
type OptionType = 'true or false' | 'a whole number' | 'a string' | 'a list of strings' | 'a map of strings';

const NAMES: Readonly<Record<OptionType, string>> = {
  'true or false':
    'debug live-restore selinux-enabled tls tlsverify icc ip-forward iptables ip6tables ip-masq ipv6 raw-logs userland-proxy no-new-privileges experimental init disable-legacy-registry',
  'a whole number':
    'mtu max-concurrent-downloads max-concurrent-uploads max-download-attempts shutdown-timeout oom-score-adjust network-control-plane-mtu network-diagnostic-port cpu-rt-period cpu-rt-runtime',
  'a string':
    'bip bridge fixed-cidr fixed-cidr-v6 default-gateway default-gateway-v6 ip data-root graph exec-root pidfile storage-driver log-driver log-level tlscacert tlscert tlskey group userns-remap cgroup-parent default-runtime seccomp-profile containerd init-path api-cors-header cluster-store cluster-advertise swarm-default-advertise-addr metrics-addr userland-proxy-path default-cgroupns-mode default-ipc-mode default-shm-size host-gateway-ip',
  'a list of strings':
    'hosts labels dns dns-opts dns-search exec-opts storage-opts insecure-registries registry-mirrors authorization-plugins allow-nondistributable-artifacts node-generic-resources',
  'a map of strings': 'log-opts cluster-store-opts',
};

const TYPES: ReadonlyMap<string, OptionType> = new Map(
  (Object.keys(NAMES) as OptionType[]).flatMap((type) => (NAMES[type] ?? '').split(' ').map((name) => [name, type])),
);

/** Options whose values dockerd cannot take ("json: cannot unmarshal …"), for people; each with what it must be. */
export function wrongTypes(root: JsonNode, text: string): string[] {
  if (root.kind !== 'object') return [];
  return root.members.flatMap(({ key, value }) => {
    const type = TYPES.get(key);
    if (type === undefined) return [];
    const wrong = type === 'a map of strings' ? wrongInMap(key, value, text) : wrongValue(type, value, text) && [key];
    return wrong
      ? wrong.map((name) => `${name} must be ${type === 'a map of strings' && name !== key ? 'a string' : type}`)
      : [];
  });
}

function wrongInMap(key: string, node: JsonNode, text: string): string[] {
  if (node.kind !== 'object') return jsonOf(node, text) === null ? [] : [key];
  return node.members.flatMap(({ key: inner, value }) =>
    wrongValue('a string', value, text) ? [`${key}: ${inner}`] : [],
  );
}

/** null leaves any option as it is. */
function wrongValue(type: OptionType, node: JsonNode, text: string): boolean {
  const value = jsonOf(node, text);
  if (value === null) return false;
  switch (type) {
    case 'true or false':
      return typeof value !== 'boolean';
    case 'a whole number':
      // 1e1 is no whole number to Go.
      return !/^-?\d+$/.test(text.slice(node.start, node.end));
    case 'a string':
      return typeof value !== 'string';
    case 'a list of strings':
      return !Array.isArray(value) || value.some((one) => typeof one !== 'string' && one !== null);
    case 'a map of strings':
      return false;
    default:
      return type satisfies never;
  }
}

const jsonOf = ({ start, end }: JsonNode, text: string): unknown => JSON.parse(text.slice(start, end));
