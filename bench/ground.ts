import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { InputError } from '../src/core/diagnostic.ts';
import type { Json, JsonObject } from '../src/core/json.ts';
import { mergedText } from '../src/core/json-merge.ts';
import { JsonSyntaxError } from '../src/core/json-text.ts';
import { MASK } from '../src/core/secret.ts';
import { parseDaemon } from '../src/docker/daemon.ts';
import { mountFlagOf } from '../src/docker/mount-flag.ts';
import { parseMountinfo } from '../src/docker/mountinfo.ts';
import { listed } from '../src/inventory/listing.ts';
import { loadInventory } from '../src/inventory/load-inventory.ts';
import { ansible } from '../test/inventory/ansible/inventories.ts';

/** What became of one file: `alike` means read as its own authority reads it. */
type Verdict = { readonly kind: 'alike' | 'refused' | 'wrong'; readonly why: string };

interface Kind {
  readonly name: string;
  readonly takes: (path: string) => boolean;
  /** What the authority makes of them all, one after the other: it takes a second to start. */
  readonly authority: (files: readonly string[]) => readonly Json[];
  readonly read: (file: string, theirs: Json) => Verdict | Promise<Verdict>;
}

/** Of this process's own time: the machine may have other work. */
const SLOW_MS = 1_000;

/**
 * Reads every inventory, daemon.json, unit of docker's and mountinfo below these folders, and holds each against its own
 * authority: ansible-inventory, dockerd or a JSON reader, systemd's rules, findmnt. Nothing that lies there is run.
 */
export async function ground(folders: readonly string[]): Promise<boolean> {
  const files = folders.flatMap(filesBelow);
  const rows: string[][] = [['', 'files', 'read alike', 'refused with reason', 'wrong', 'slow']];
  let sound = files.length > 0;
  for (const kind of KINDS) {
    const own = files.filter(kind.takes);
    const theirs = kind.authority(own);
    const counts = { alike: 0, refused: 0, wrong: 0, slow: 0 };
    for (const [i, file] of own.entries()) {
      const start = process.cpuUsage();
      const { kind: verdict, why } = await kind.read(file, theirs[i] ?? null);
      const { user, system } = process.cpuUsage(start);
      const ms = (user + system) / 1_000;
      counts[verdict]++;
      if (ms > SLOW_MS) counts.slow++;
      if (verdict !== 'alike' || ms > SLOW_MS) console.log(`${verdict}\t${Math.round(ms)} ms\t${file}\t${why}`);
    }
    sound &&= counts.wrong === 0 && counts.slow === 0;
    rows.push([kind.name, ...[own.length, ...Object.values(counts)].map(String)]);
  }
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  return sound;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => !/(^|\/)\.git\//.test(path))
    .sort()
    .map((path) => join(folder, path))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
}

const INVENTORY =
  /(^|\/)(inventor(y|ies)|hosts)([-_.][\w.-]*)?$|(^|\/)inventor(y|ies)\/([^/]+\/)?[\w.-]+\.(ini|ya?ml)$|\.hosts$/i;

/** A program is not run, nor a plugin: it is somebody else's code. */
function isInventory(path: string): boolean {
  if (
    !INVENTORY.test(path) ||
    /(^|\/)(group_vars|host_vars|etc(?!\/ansible))\//.test(path) ||
    /\.(j2|md|txt|sh|py|tf|tpl|tmpl|template|toml)$/.test(path)
  )
    return false;
  const text = readFileSync(path, 'utf8');
  return !text.startsWith('#!') && !/^(plugin|- hosts|- name):/m.test(text) && !text.includes('\0');
}

const inventories: Kind = {
  name: 'inventories',
  takes: isInventory,
  authority: (files) => {
    if (files.length === 0) return [];
    const cwd = mkdtempSync(join(tmpdir(), 'unwedge-'));
    writeFileSync(join(cwd, 'ansible.cfg'), '[defaults]\n');
    const answers = ansible(files.map((file) => ({ argv: ['ansible-inventory', '-i', file, '--list'], cwd })));
    rmSync(cwd, { recursive: true });
    return answers.map(({ code, stdout, stderr }) =>
      code !== 0 || /Unable to parse|Failed to parse/.test(stderr) ? null : JSON.parse(stdout),
    );
  },
  read: async (file, theirs) => {
    try {
      const inventory = await loadInventory([file], () => Promise.reject(new Error('not run')));
      const ours = listed(inventory, inventory.hosts);
      const place = differing(ours, theirs, 'inventory');
      return { kind: place === undefined ? 'alike' : 'wrong', why: place ?? '' };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return { kind: 'refused', why: `${error.message}${theirs === null ? ' (so does its authority)' : ''}` };
    }
  },
};

/** The first place where two values differ; a masked password is like any, and marks of Ansible's do not count. */
function differing(ours: Json, theirs: Json, path: string): string | undefined {
  if (isObject(theirs) && Object.hasOwn(theirs, '__ansible_unsafe'))
    return differing(ours, theirs.__ansible_unsafe ?? null, path);
  if (ours === MASK || isDeepStrictEqual(ours, theirs)) return undefined;
  if (Array.isArray(ours) && Array.isArray(theirs) && ours.length === theirs.length)
    return ours
      .map((item: Json, i) => differing(item, theirs[i] ?? null, `${path}[${i}]`))
      .find((found) => found !== undefined);
  if (!isObject(ours) || !isObject(theirs)) return `${path}: ${shown(ours)}, not ${shown(theirs)}`;
  const keys = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])];
  return keys
    .map((key) => differing(ours[key] ?? null, theirs[key] ?? null, `${path}.${key}`))
    .find((found) => found !== undefined);
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const shown = (value: Json): string => JSON.stringify(value).slice(0, 80);

const daemonJson: Kind = {
  name: 'daemon.json',
  takes: (path) => /(^|\/)daemon[\w.-]*\.json$/.test(path),
  authority: (files) => files.map((file) => parsedJson(readFileSync(file, 'utf8')) ?? null),
  read: (file, theirs) => {
    const text = readFileSync(file, 'utf8');
    try {
      const merged = parsedJson(mergedText(text, { 'unwedge-bench': { a: [1] } }));
      const wanted = { ...(isObject(theirs) ? theirs : {}), 'unwedge-bench': { a: [1] } };
      if (!isDeepStrictEqual(merged, wanted))
        return { kind: 'wrong', why: 'merged otherwise than a JSON reader would' };
      return { kind: 'alike', why: '' };
    } catch (error) {
      if (!(error instanceof JsonSyntaxError)) throw error;
      if (theirs === null) return { kind: 'refused', why: `${error.message} (so does its authority)` };
      return { kind: 'wrong', why: error.message };
    }
  },
};

function parsedJson(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const units: Kind = {
  name: "docker's units",
  takes: (path) => /docker[^/]*\.service$|docker[^/]*\.service\.d\/[^/]+\.conf$/.test(path),
  authority: (files) => files.map((file) => mountFlagsOf(readFileSync(file, 'utf8'))),
  read: (file, theirs) => {
    const ours = mountFlagOf(parseDaemon(daemonWith(file))) ?? '';
    return ours === theirs ? { kind: 'alike', why: '' } : { kind: 'wrong', why: `MountFlags ${ours}, not ${theirs}` };
  },
};

/** systemd.syntax(7): of a section's settings the last one counts, an empty one resets, a backslash continues a line. */
function mountFlagsOf(text: string): string {
  let [section, flags] = ['', ''];
  for (const line of text.replace(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    section = /^\s*\[(.*)\]\s*$/.exec(line)?.[1] ?? section;
    const value = section === 'Service' ? /^\s*MountFlags\s*=(.*)$/.exec(line)?.[1] : undefined;
    if (value !== undefined) flags = value.trim();
  }
  return flags;
}

/** What daemon.sh prints where this file is docker's unit and systemd has not loaded it yet. */
function daemonWith(unit: string): string {
  const bin = mkdtempSync(join(tmpdir(), 'unwedge-'));
  const doubles = {
    docker: 'exit 0',
    systemctl: `case $1 in show) printf '%s\\n' Id=none.service LoadState=loaded NeedDaemonReload=yes FragmentPath='${unit.replaceAll("'", `'\\''`)}' ;; *) exit 1 ;; esac`,
  };
  for (const [name, body] of Object.entries(doubles)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const script = new URL('../src/docker/daemon.sh', import.meta.url).pathname;
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
  const { stdout } = spawnSync('sh', [script, 'anyone'], { encoding: 'utf8', env });
  rmSync(bin, { recursive: true });
  return `daemon\t20.10.24\t/var/lib/docker\toverlay2\ttrue\n${stdout}`;
}

const COLUMNS = ['id', 'parent', 'maj:min', 'target', 'fstype', 'source'] as const;

function findmnt(file: string) {
  const argv = ['--tab-file', file, '--raw', '--noheadings', '--output', COLUMNS.join(',').toUpperCase()];
  return spawnSync('findmnt', argv, { encoding: 'latin1' });
}

const mountinfos: Kind = {
  name: 'mountinfo',
  takes: (path) => /(^|[/_.-])mountinfo[^/]*$/.test(path) && !/\.(go|c|py|rs|md|html|sh|exp|expected)$/.test(path),
  authority: (files) => {
    if (files.length > 0 && findmnt('/proc/self/mountinfo').status !== 0)
      throw new Error(`findmnt reads not even this machine's mounts: ${findmnt('/proc/self/mountinfo').stderr}`);
    return files.map((file) => {
      const { status, stdout } = findmnt(file);
      return status === 0 ? stdout.split('\n').filter((line) => line !== '') : null;
    });
  },
  read: (file, theirs) => {
    const { entries, bad } = parseMountinfo(readFileSync(file, 'latin1'));
    const [first] = bad;
    const why = first && `line ${first.line}: ${first.why}`;
    if (!Array.isArray(theirs))
      return { kind: bad.length > 0 ? 'refused' : 'wrong', why: `${why} (so does its authority)` };
    const ours = entries.map(({ id, parent, device, mountpoint, fstype, root, source }) =>
      [
        id,
        parent || '', // findmnt leaves out a parent 0.
        device,
        raw(mountpoint),
        fstype,
        raw(root === '/' || root === '' ? source : `${source}[${root}]`),
      ].join(' '),
    );
    const known = new Set(theirs);
    const odd = ours.find((row) => !known.has(row));
    if (odd !== undefined) return { kind: 'wrong', why: odd };
    return why === undefined ? { kind: 'alike', why: '' } : { kind: 'refused', why };
  },
};

/** As findmnt writes it with --raw. */
const raw = (text: string): string =>
  text.replace(/[^!-[\]-~]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);

const KINDS: readonly Kind[] = [inventories, daemonJson, units, mountinfos];
