/** Whose systemd: the machine's, or a user's own. */
export type Scope = 'system' | 'user';

interface Directive {
  readonly line: string;
  /** The version of systemd that first knows it; an older one would only warn, and the unit would promise what it does not do. */
  readonly since: number;
  /** The first version that needs it no more. */
  readonly until?: number;
  /** Whether a user's own systemd can do it without rights of its own: those that need a mount namespace it can't. */
  readonly user?: true;
}

/**
 * systemd.exec(5), versions from systemd's NEWS. No MemoryDenyWriteExecute: node's compiler writes code and runs it.
 * A home is read, for ssh's keys and known hosts. Root may read what belongs to others, and nothing else.
 */
const DIRECTIVES: readonly Directive[] = [
  { line: 'NoNewPrivileges=yes', since: 187, user: true },
  { line: 'CapabilityBoundingSet=CAP_DAC_READ_SEARCH', since: 1 },
  { line: 'ProtectSystem=full', since: 214, until: 232 },
  { line: 'ProtectSystem=strict', since: 232 },
  { line: 'ProtectHome=read-only', since: 214 },
  { line: 'PrivateTmp=yes', since: 183 },
  { line: 'PrivateDevices=yes', since: 209 },
  { line: 'ProtectProc=invisible', since: 247 },
  { line: 'ProtectKernelTunables=yes', since: 232 },
  { line: 'ProtectKernelModules=yes', since: 232 },
  { line: 'ProtectKernelLogs=yes', since: 244 },
  { line: 'ProtectControlGroups=yes', since: 232 },
  { line: 'ProtectClock=yes', since: 245 },
  { line: 'ProtectHostname=yes', since: 242 },
  { line: 'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK', since: 211, user: true },
  { line: 'RestrictNamespaces=yes', since: 233, user: true },
  { line: 'RestrictRealtime=yes', since: 231, user: true },
  { line: 'RestrictSUIDSGID=yes', since: 242, user: true },
  { line: 'LockPersonality=yes', since: 235, user: true },
  { line: 'RemoveIPC=yes', since: 232 },
  { line: 'SystemCallArchitectures=native', since: 209, user: true },
  { line: 'SystemCallFilter=@system-service', since: 239, user: true },
  { line: 'SystemCallErrorNumber=EPERM', since: 239, user: true },
];

/** The lines of a service that keep it from what it does not need, as far as this systemd knows them. */
export const hardening = (version: number, scope: Scope): readonly string[] =>
  DIRECTIVES.filter(
    ({ since, until = Infinity, user }) => since <= version && version < until && (scope === 'system' || user),
  ).map(({ line }) => line);

/** The first version whose services may be given a state directory of the system's. */
const STATE_DIRECTORY = 235;
/** The first version that knows ReadWritePaths; ProtectSystem=strict comes with it. */
const READ_WRITE_PATHS = 231;
/** What StateDirectory=unwedge means for the system. */
export const SYSTEM_STATE = '/var/lib/unwedge';

/** The lines that let a service write where its journals are, and to other directories. */
export function stateLines(
  version: number,
  scope: Scope,
  { stateDir, writes }: { readonly stateDir: string; readonly writes: readonly string[] },
  quote: (path: string) => string,
): readonly string[] {
  if (scope === 'user') return [];
  const key = version >= READ_WRITE_PATHS ? 'ReadWritePaths' : 'ReadWriteDirectories';
  // The locks are there, wherever the journals are.
  const makes = version >= STATE_DIRECTORY;
  const isOwn = stateDir === SYSTEM_STATE;
  return [
    ...(makes ? ['StateDirectory=unwedge', 'StateDirectoryMode=0700'] : []),
    ...(makes || isOwn ? [] : [`${key}=-${SYSTEM_STATE}`]),
    ...[...(makes && isOwn ? [] : [stateDir]), ...writes].map((path) => `${key}=${quote(path)}`),
  ];
}
