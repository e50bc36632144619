/** Rows of tables that people paste: mount tables, df, docker ps, and what find-busy-mnt.sh and leak_rbd.sh print. */
import { isContainersMount } from './message-paths.ts';
import type { Reason } from './message-reason.ts';

export interface Row {
  kind: 'mountinfo' | 'df' | 'ps';
  reason: Reason;
  /** As the table prints them: the kernel's escapes are kept. */
  paths: string[];
  names: string[];
  pids: number[];
  /** The part of the row that tells ids and driver: not an overlay's lower layers, which are the image's. */
  telling: string;
}

/** The rows of a text that is nothing but a table, headings left out; null for any other text. */
export function readRows(text: string): Row[] | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !HEADING.test(line));
  const rows = allRows(lines);
  // df without -P puts a long device on a line of its own.
  return rows ?? (lines.length === 2 ? allRows([lines.join(' ')]) : null);
}

const HEADING = /^(?:CONTAINER ID|Filesystem|PID)\s/;

function allRows(lines: readonly string[]): Row[] | null {
  const rows: Row[] = [];
  for (const line of lines) {
    const row = readRow(line.trim());
    if (row === null) return null;
    rows.push(row);
  }
  return rows.length > 0 ? rows : null;
}

function readRow(line: string): Row | null {
  const [prefix, pid] = /^(?:[^\s:]{0,64}?\/)?(\d+|self|thread-self)(?:\/task\/\d+)?\/mount(?:s|info):(?:\d+:)?/.exec(
    line,
  ) ?? [''];
  const row = line.slice(prefix.length);
  const mount = readMountinfo(row) ?? readMounts(row) ?? readMountCommand(row);
  if (mount !== null) return { ...mount, pids: /^\d+$/.test(pid ?? '') ? [Number(pid)] : [] };
  return readHolder(line) ?? readDf(line) ?? readPs(line);
}

function mountRow(kind: 'mountinfo' | 'df', path: string, telling: string): Row {
  const reason = isContainersMount(path) ? 'listed-mount' : 'listed-elsewhere';
  return { kind, reason, paths: [path], names: [], pids: [], telling };
}

function readMountinfo(row: string): Row | null {
  const [, mountpoint, source, superOptions] =
    /^\d+ \d+ \d+:\d+ \S+ (\S+) \S+(?: \S+)* - \S+ (\S*) (\S*)$/.exec(row) ?? [];
  if (mountpoint === undefined) return null;
  // A container sees its own root filesystem as `/`: only the upper directory names the layer.
  const upper = /\bupperdir=([^,\s]+)/.exec(superOptions ?? '')?.[1] ?? '';
  return mountRow('mountinfo', mountpoint, `${mountpoint} ${source} ${upper}`);
}

/** /proc/PID/mounts */
function readMounts(row: string): Row | null {
  const [, source, mountpoint] = /^(\S+) (\/\S*) \S+ \S+ \d \d$/.exec(row) ?? [];
  return mountpoint === undefined ? null : mountRow('mountinfo', mountpoint, `${mountpoint} ${source}`);
}

/** mount(8) */
function readMountCommand(row: string): Row | null {
  const [, source, mountpoint] = /^(\S+) on (\/.*) type \S+ \([^()]*\)$/.exec(row) ?? [];
  return mountpoint === undefined ? null : mountRow('mountinfo', mountpoint, `${mountpoint} ${source}`);
}

/** `PID  mnt:[inode]  command  path` (leak_rbd.sh), `PID  name  mnt:[inode]` (find-busy-mnt.sh). */
function readHolder(line: string): Row | null {
  const [, pid] = /^(\d+)\s+(?:\S+\s+)?mnt:\[\d+\]/.exec(line) ?? [];
  if (pid === undefined) return null;
  const last = line.split(/\s+/).at(-1) ?? '';
  if (last.startsWith('/')) return { ...mountRow('mountinfo', last, last), pids: [Number(pid)] };
  return {
    kind: 'mountinfo',
    reason: 'listed-elsewhere',
    paths: [],
    names: [],
    pids: [Number(pid)],
    telling: '',
  };
}

const SIZE = '(?:\\d[\\d.]*[KMGTPE]?i?B?|-)';
const DF = new RegExp(`^(\\S+)\\s+(?:[a-z][\\w.]*\\s+)?${SIZE}\\s+${SIZE}\\s+${SIZE}\\s+(?:\\d+%|-)\\s+(/.*)$`);

/**
 * df shows this host's own table, in which every running container has its mount. overlay2 came with kernels on which a
 * mount left over there is no obstacle (3.18, docs/docker-facts.md §5), so its row says nothing; the older drivers' may.
 */
function readDf(line: string): Row | null {
  const [, source, path] = DF.exec(line) ?? [];
  if (path === undefined) return null;
  const row = mountRow('df', path, `${path} ${source}`);
  return path.includes('/overlay2/') ? { ...row, reason: 'listed-elsewhere' } : row;
}

const STATUS = /^(?:Dead|Removal In Progress|Up|Exited|Created|Restarting|Paused)\b/;

/** docker ps -a, or a `--format` of it that begins with the id. */
function readPs(line: string): Row | null {
  const [, id, rest] = /^([0-9a-f]{64}|[0-9a-f]{12})\s+(\S.*)$/.exec(line) ?? [];
  if (id === undefined || rest === undefined) return null;
  // The command is the user's text and may hold anything, `Dead` too.
  const columns = rest.replace(/".*"/, '').split(/\s{2,}|\t/);
  const status = columns.findIndex((column) => STATUS.test(column));
  if (status === -1) return null;
  const name = columns.slice(status + 1).at(-1) ?? '';
  const names = /^[A-Za-z0-9][\w.,/-]*$/.test(name) && !/\/(?:tcp|udp|sctp)$/.test(name) ? name.split(',') : [];
  return {
    kind: 'ps',
    reason: psReason(columns[status] ?? ''),
    paths: [],
    names,
    pids: [],
    telling: `container ${id}`,
  };
}

function psReason(status: string): Reason {
  if (status.startsWith('Dead')) return 'listed-dead';
  return status.startsWith('Removal') ? 'listed-removing' : 'listed-alive';
}
