import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';

const NOBODY = 65534;

/**
 * As whom a simulated host is made: by an ordinary user, who may do nothing to the machine. For real root that is nobody, since
 * root of a user namespace that is the machine's root outside would still own the machine's files and settings.
 */
export const ordinaryUser: { readonly uid?: number; readonly gid?: number } =
  userInfo().uid === 0 && hasUser(NOBODY) ? { uid: NOBODY, gid: NOBODY } : {};

/** Root of a user namespace that has no other user is an ordinary one outside already. */
function hasUser(uid: number): boolean {
  const ranges = readFileSync('/proc/self/uid_map', 'utf8').trim().split('\n');
  return ranges
    .map((range) => range.trim().split(/\s+/).map(Number))
    .some(([first = 0, , count = 0]) => first <= uid && uid < first + count);
}

/** The namespaces of a host, as unshare and nsenter call them. */
export const NAMESPACES = ['--user', '--mount', '--pid', '--uts', '--ipc', '--net', '--cgroup'] as const;

/** The argv that starts a program in new namespaces, as their root. */
export const unshared = (program: readonly string[]): readonly string[] => [
  'unshare',
  ...NAMESPACES,
  ...['--map-root-user', '--fork', '--kill-child', '--'],
  ...program,
];

/** Settings that forbid it, each with what to do about it; `value` is the one that forbids. */
const SETTINGS = [
  { key: 'kernel.unprivileged_userns_clone', value: '0', allow: '1' },
  { key: 'kernel.apparmor_restrict_unprivileged_userns', value: '1', allow: '0' },
  { key: 'user.max_user_namespaces', value: '0', allow: '15000' },
];

/** Why simulated hosts can't be made on this machine and what to do, in one line; undefined when they can. */
export function simAvailable(): string | undefined {
  if (process.platform !== 'linux') return 'simulated hosts need Linux: use a Linux machine or a virtual one';
  const [program = '', ...args] = unshared([
    'sh',
    '-c',
    'mount -t tmpfs tmpfs /mnt && mount -t proc proc /proc && mount --bind /usr /mnt',
  ]);
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8', cwd: '/', ...ordinaryUser });
  if (status === 0) return undefined;
  const setting = SETTINGS.find(({ key, value }) => settingOf(key) === value);
  if (setting) return `user namespaces are not allowed here: sudo sysctl -w ${setting.key}=${setting.allow}`;
  const said = error?.message ?? stderr.trim().split('\n')[0];
  return `user namespaces do not work here (${said}): in a container, run on the machine itself or with --privileged`;
}

function settingOf(key: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${key.replaceAll('.', '/')}`, 'utf8').trim();
  } catch {
    return undefined; // this kernel has no such setting
  }
}
