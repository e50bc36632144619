import type { Change } from '../core/change.ts';

/** docker's unit as systemd has it loaded, and the files from which a reload would make it. */
export interface DockerUnit {
  readonly id: string;
  /** The commands of ExecStart= as loaded, their words joined by blanks. */
  readonly loaded: readonly string[];
  /** Its own files and drop-ins of every directory of systemd's, in the order of the directories; texts by paths. */
  readonly files: ReadonlyMap<string, string>;
}

export interface NextStart {
  /** The words after the program; undefined: they cannot be told. */
  readonly args: readonly string[] | undefined;
  /** Why systemd would not start it at all. */
  readonly problem: string | undefined;
}

/** What the next start of dockerd will be called with, once the pending changes are made. */
export function nextStart({ id, loaded, files }: DockerUnit, pending: readonly Change[]): NextStart {
  const reload = pending.findLastIndex(({ resource }) => resource === `systemd ${id}`);
  if (reload === -1) return { args: argsOf(loaded.at(-1) ?? ''), problem: undefined };
  const written = pending
    .slice(0, reload)
    .flatMap(({ diff }): [string, string][] => (diff ? [[diff.path, diff.after]] : []));
  const commands = settingOf('ExecStart', new Map([...files, ...written.filter(([path]) => isOf(id, path))]), id);
  const many = `${id} would have ${commands.length} commands (ExecStart=), and systemd refuses that: write an empty ExecStart= before the new one`;
  return { args: argsOf(commands.at(-1) ?? ''), problem: commands.length > 1 ? many : undefined };
}

const isOf = (id: string, path: string): boolean => path.includes(`/${id}.d/`) && path.endsWith('.conf');

/** All values of a list setting of [Service], as systemd reads these files: an empty one takes those before it back. */
export function settingOf(key: string, files: ReadonlyMap<string, string>, id: string): string[] {
  const values = filesInOrder([...files.keys()], id)
    .flatMap((path) => assignments(files.get(path) ?? ''))
    .filter((one) => one.section === 'Service' && one.key === key)
    .map(({ value }) => value);
  return values.slice(values.lastIndexOf('') + 1);
}

/** The unit's own file, then drop-ins by their names, whatever the directory; the first directory that has a name hides it in the others. */
function filesInOrder(paths: readonly string[], id: string): string[] {
  const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
  const fragment = paths.find((path) => nameOf(path) === id);
  const dropins = new Map<string, string>();
  for (const path of [...paths].sort((a, b) => rank(a, id) - rank(b, id))) {
    if (path.endsWith('.conf') && !dropins.has(nameOf(path))) dropins.set(nameOf(path), path);
  }
  const sorted = [...dropins].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return [...(fragment === undefined ? [] : [fragment]), ...sorted.map(([, path]) => path)];
}

/** A unit's own drop-ins hide those of its type; in both /etc comes first. */
const rank = (path: string, id: string): number =>
  (path.includes(`/${id}.d/`) ? 0 : 2) + (path.startsWith('/etc/systemd/system/') ? 0 : 1);

interface Assignment {
  readonly section: string;
  readonly key: string;
  readonly value: string;
}

/** systemd.syntax(7): blanks at both ends go, a comment may lie within a continued line, a setting before any section is ignored. */
function assignments(text: string): Assignment[] {
  const found: Assignment[] = [];
  let section = '';
  let continued = '';
  for (const raw of text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/)) {
    if (/^\s*[#;]/.test(raw)) continue;
    const line = continued + raw;
    if (endsInContinuation(line)) {
      continued = `${line.slice(0, -1)} `;
      continue;
    }
    continued = '';
    const trimmed = line.trim();
    if (trimmed.startsWith('[') && trimmed.endsWith(']')) section = trimmed.slice(1, -1);
    const equals = trimmed.indexOf('=');
    if (equals > 0 && !trimmed.startsWith('[')) {
      found.push({ section, key: trimmed.slice(0, equals).trimEnd(), value: trimmed.slice(equals + 1).trimStart() });
    }
  }
  return found;
}

function endsInContinuation(line: string): boolean {
  let backslashes = 0;
  while (line.at(-1 - backslashes) === '\\') backslashes++;
  return backslashes % 2 === 1;
}

/** The words after dockerd itself, also where a shell starts it; undefined: it is not seen in the command. */
function argsOf(command: string): string[] | undefined {
  const words = command.split(/[\s"']+/).filter((word) => word !== '');
  const at = words.findIndex((word) => /(^|\/)docker[a-z-]*$/.test(word));
  if (at === -1) return undefined;
  const rest = words.slice(at + 1);
  const end = rest.findIndex((word) => /^([|;&]|\d?>)/.test(word));
  return end === -1 ? rest : rest.slice(0, end);
}
