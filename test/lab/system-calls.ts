/** What a session asked the kernel for, from strace's output, and what of it would have been a write on the host. */

/** One call by one process, with its result: `17 openat(AT_FDCWD</>, "/etc/hosts", O_RDONLY) = 3</etc/hosts>`. */
export interface SystemCall {
  readonly pid: string;
  readonly name: string;
  readonly text: string;
  readonly failed: boolean;
}

/** Calls in the order of their ends. */
export function parseTrace(trace: string): SystemCall[] {
  const begun = new Map<string, string>();
  return trace.split('\n').flatMap((line): SystemCall[] => {
    const [, pid = '', text = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    const [, begin] = /^(.*) <unfinished \.\.\.>$/.exec(text) ?? [];
    if (begin !== undefined) begun.set(pid, begin);
    const [, rest] = /^<\.\.\. \w+ resumed>(.*)$/.exec(text) ?? [];
    const whole = rest === undefined ? text : (begun.get(pid) ?? '') + rest;
    const [, name] = /^(\w+)\(/.exec(whole) ?? [];
    if (name === undefined || begin !== undefined) return [];
    return [{ pid, name, text: whole, failed: /\) += (-1 |\?)/.test(whole) }];
  });
}

const STARTS = /^(clone3?|v?fork)$/;
/** The agent's first command, as `transport/bootstrap.ts` writes it. */
const isBegin = ({ name, text, failed }: SystemCall): boolean =>
  name === 'execve' && !failed && /^execve\("[^"]*\/sh"/.test(text) && text.includes('iflag=fullblock');

/** Calls of the session, parted by whether its process had mounts of its own by then. */
export interface Parted {
  readonly outside: readonly SystemCall[];
  readonly inside: readonly SystemCall[];
}

/**
 * A process is outside that the agent's shell is, or that one outside has started; it leaves by a mount namespace of its own.
 * All others are inside. Process ids are those of the host's pid namespace.
 */
export function parted(calls: readonly SystemCall[]): Parted {
  const first = calls.findIndex(isBegin);
  const [begin] = calls.slice(first, first + 1);
  if (begin === undefined) throw new Error('the trace has no session in it');
  const session = calls.slice(first + 1);
  const left = new Map<string, number>();
  for (const [at, call] of session.entries()) if (!left.has(call.pid) && leaves(call)) left.set(call.pid, at);
  const isOutside = new Set([begin.pid]);
  // The set grows while it is walked.
  for (const pid of isOutside)
    for (const [at, call] of session.entries())
      if (call.pid === pid && STARTS.test(call.name) && at < (left.get(pid) ?? session.length))
        isOutside.add(/\) += (\d+)/.exec(call.text)?.[1] ?? '');
  const out = (call: SystemCall, at: number) => isOutside.has(call.pid) && at <= (left.get(call.pid) ?? session.length);
  return { outside: session.filter(out), inside: session.filter((call, at) => !out(call, at)) };
}

const leaves = ({ name, text, failed }: SystemCall): boolean =>
  !failed &&
  ((name === 'unshare' && text.includes('CLONE_NEWNS')) ||
    (name === 'setns' && /<mnt:|ns\/mnt|CLONE_NEWNS/.test(text)));

const CHANGES =
  /^(creat|mkdir(at)?|rmdir|unlink(at)?|rename(at2?)?|link(at)?|symlink(at)?|mknod(at)?|f?chmod(at2?)?|[fl]?chown(at)?|truncate|ftruncate|utime(s|nsat)?|futimesat|[fl]?setxattr|[fl]?removexattr|sethostname|swapon|quotactl|acct|reboot)$/;
const MOUNTS = /^(mount|umount2?|pivot_root|move_mount|open_tree|fsmount|mount_setattr)$/;
const opensToWrite = ({ name, text }: SystemCall): boolean =>
  /^open(at2?)?$/.test(name) && /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC/.test(text);

/** No file of anybody: nothing, pipes, the pipes by which the session and its room talk. */
const NOWHERE =
  /= \d+<(\/dev\/(null|tty)|pipe:\[\d+\]|[^>]*\/run\/unwedge\/(asks|answers|life))(\(deleted\)|<[^>]*>)?>/;
/** A file of the room's own: what is made of it below /tmp, later its pipes and its own /tmp. */
const OF_ROOM = /= \d+<(\/tmp\/|\/run\/unwedge\/)/;

/** What would have been a write on the host, as text. */
export function writes({ outside, inside }: Parted): string[] {
  return [
    ...outside.filter((call) => !call.failed && writesOutside(call)),
    ...inside.filter((call) => !call.failed && writesInside(call)),
    ...[...outside, ...inside].filter(ordersSomething),
  ].map(({ pid, text }) => `${pid} ${text}`);
}

const writesOutside = (call: SystemCall): boolean =>
  CHANGES.test(call.name) || MOUNTS.test(call.name) || (opensToWrite(call) && !NOWHERE.test(call.text));

function writesInside(call: SystemCall): boolean {
  if (opensToWrite(call)) return !NOWHERE.test(call.text) && !OF_ROOM.test(call.text);
  // Its maker works in /tmp, by relative names.
  return CHANGES.test(call.name) && !/^(\w|\.|\/tmp\/|\/old$)/.test(madeBy(call));
}

/** The path that a call changes: of a link, the new name. */
function madeBy({ name, text }: SystemCall): string {
  const paths = [...text.matchAll(/"([^"]*)"/g)].map(([, path = '']) => path);
  return (/link/.test(name) && !/unlink/.test(name) ? paths[1] : paths[0]) ?? text;
}

/** A request to docker that is no GET or HEAD, or to systemd that is more than a question. */
const ordersSomething = ({ name, text }: SystemCall): boolean =>
  /^(write|writev|sendto|sendmsg)$/.test(name) &&
  (/"(POST|PUT|DELETE|PATCH) \//.test(text) ||
    (/\\0(Start|Stop|Restart|Reload|Kill|Reset|Set|Enable|Disable|Mask)\w*(Unit|Properties)?/.test(text) &&
      text.includes('systemd1')));

/** Every socket of a file that it connected to. */
export const sockets = (calls: readonly SystemCall[]): string[] => [
  ...new Set(
    calls.flatMap(({ name, text, failed }) =>
      name === 'connect' && !failed ? (/sun_path=@?"([^"]*)"/.exec(text)?.[1] ?? []) : [],
    ),
  ),
];
