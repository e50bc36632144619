/**
 * /proc/PID/mountinfo, read and printed (proc(5); docs/docker-facts.md §5).
 *
 * Paths are bytes on Linux. Read the file as latin1 and every byte is one character here, so that parse and print lose
 * nothing, UTF-8 or not; `Buffer.from(path, 'latin1')` gives the bytes back.
 */

/** One mount as the kernel lists it, octal escapes decoded. */
export interface MountEntry {
  /** Unique per boot, and reused: never a key across two readings. */
  id: number;
  parent: number;
  /** `major:minor`; the same superblock has the same device in every namespace. */
  device: string;
  /** What of the filesystem is mounted; ends in `//deleted` when the source of a bind mount was removed. */
  root: string;
  mountpoint: string;
  options: string[];
  /** Peer group: an umount here reaches every other mount of this group. */
  shared?: number;
  /** Peer group this mount receives from; an umount here stays here. */
  master?: number;
  propagateFrom?: number;
  unbindable: boolean;
  /** Root or mountpoint carries the kernel's `//deleted` mark. */
  deleted: boolean;
  fstype: string;
  source: string;
  superOptions: string[];
}

export interface BadLine {
  /** 1-based. */
  line: number;
  text: string;
  why: string;
}

export interface Mountinfo {
  entries: MountEntry[];
  /** Lines that are no mount. Never thrown: one odd line must not hide the others. Who acts on a mount refuses if any. */
  bad: BadLine[];
}

const DELETED = '//deleted';

/** Total: every non-empty line ends up in `entries` or in `bad`. */
export function parseMountinfo(text: string): Mountinfo {
  const entries: MountEntry[] = [];
  const bad: BadLine[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '') continue;
    const parsed = parseLine(line);
    if (typeof parsed === 'string') bad.push({ line: index + 1, text: line, why: parsed });
    else entries.push(parsed);
  }
  return { entries, bad };
}

/** The kernel's own text for these mounts: parseMountinfo(printMountinfo(entries)).entries equals entries. */
export function printMountinfo(entries: readonly MountEntry[]): string {
  return entries.map((entry) => `${printLine(entry)}\n`).join('');
}

/** `\040` and the like → the character. A backslash that starts no octal escape stays. */
export function decodeEscapes(text: string): string {
  return text.replace(/\\([0-3][0-7]{2})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** As seq_path does in the kernel: blank, tab, newline and backslash. */
export function encodeEscapes(text: string, alsoEscape = ''): string {
  const special = ` \t\n\\${alsoEscape}`;
  return Array.from(text, (char) => (special.includes(char) ? octalEscape(char) : char)).join('');
}

/** The path without the kernel's `//deleted`; no real path holds `//`. */
export function withoutDeletedMark(path: string): string {
  return path.endsWith(DELETED) ? path.slice(0, -DELETED.length) : path;
}

function octalEscape(char: string): string {
  return `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`;
}

/** The entry, or why the line is none. */
function parseLine(line: string): MountEntry | string {
  // One blank per separator: an empty source is printed as an empty field.
  const fields = line.split(' ');
  const separator = fields.indexOf('-', 6);
  if (separator === -1) return 'no " - " after the sixth field';
  const [id, parent, device, root, mountpoint, options] = fields;
  const [fstype, source, superOptions, ...rest] = fields.slice(separator + 1);
  if (!isNumber(id) || !isNumber(parent)) return 'the first two fields are not mount ids';
  if (device === undefined || !/^\d+:\d+$/.test(device)) return 'the third field is not major:minor';
  if (!root || !mountpoint || !options) return 'an empty root, mountpoint or options field';
  if (!fstype || source === undefined || superOptions === undefined) {
    return 'not three fields after " - "';
  }
  const decoded = {
    root: decodeEscapes(root),
    mountpoint: decodeEscapes(mountpoint),
  };
  return {
    id: Number(id),
    parent: Number(parent),
    device,
    ...decoded,
    options: parseOptions(options),
    ...parseTags(fields.slice(6, separator)),
    deleted: decoded.root.endsWith(DELETED) || decoded.mountpoint.endsWith(DELETED),
    fstype: decodeEscapes(fstype),
    source: decodeEscapes(source),
    // 9p and cifs print raw blanks there (`path=C:\\Program Files`); the last field is the rest of the line, as for util-linux.
    superOptions: parseOptions([superOptions, ...rest].join(' ')),
  };
}

function isNumber(field: string | undefined): boolean {
  return field !== undefined && /^\d+$/.test(field);
}

/** Split before decoding: a comma inside a value is written `\054`. */
function parseOptions(text: string): string[] {
  return text === '' ? [] : text.split(',').map(decodeEscapes);
}

type Tags = Pick<MountEntry, 'shared' | 'master' | 'propagateFrom' | 'unbindable'>;

/** proc(5): tags that a reader does not know are skipped. */
function parseTags(tags: readonly string[]): Tags {
  const found: Tags = { unbindable: tags.includes('unbindable') };
  for (const tag of tags) {
    const [, name, number] = /^(shared|master|propagate_from):(\d+)$/.exec(tag) ?? [];
    if (name === 'shared') found.shared = Number(number);
    if (name === 'master') found.master = Number(number);
    if (name === 'propagate_from') found.propagateFrom = Number(number);
  }
  return found;
}

function printLine(entry: MountEntry): string {
  return [
    entry.id,
    entry.parent,
    entry.device,
    encodeEscapes(entry.root),
    encodeEscapes(entry.mountpoint),
    printOptions(entry.options),
    ...printTags(entry),
    '-',
    // The kernel's mangle() also escapes `#`, in these two fields only.
    encodeEscapes(entry.fstype, '#'),
    encodeEscapes(entry.source, '#'),
    printOptions(entry.superOptions),
  ].join(' ');
}

function printOptions(options: readonly string[]): string {
  return options.map((option) => encodeEscapes(option, ',')).join(',');
}

function printTags(entry: MountEntry): string[] {
  const tags: string[] = [];
  if (entry.shared !== undefined) tags.push(`shared:${entry.shared}`);
  if (entry.master !== undefined) tags.push(`master:${entry.master}`);
  if (entry.propagateFrom !== undefined) tags.push(`propagate_from:${entry.propagateFrom}`);
  if (entry.unbindable) tags.push('unbindable');
  return tags;
}
