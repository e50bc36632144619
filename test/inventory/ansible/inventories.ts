import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Json } from '../../../src/core/json.ts';
import type { Case } from './cases.ts';

/** Writes a case's files into a new folder. */
export function written({ files }: Case): string {
  const folder = mkdtempSync(join(tmpdir(), 'unwedge-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text, { mode: text.startsWith('#') ? 0o755 : 0o644 });
  }
  mkdirSync(join(folder, 'elsewhere'));
  writeFileSync(join(folder, 'elsewhere/ansible.cfg'), '[defaults]\n');
  return folder;
}

/** What ansible-inventory printed for each case, null where it read nothing; UNWEDGE_RECORD=1 writes it anew. */
export const RECORDED = new URL('../../golden/ansible-inventory.json', import.meta.url);

/** The cases that Ansible reads, and we do, too. */
export function usable(cases: readonly Case[]): readonly Case[] {
  const recorded: Record<string, Json> = JSON.parse(readFileSync(RECORDED, 'utf8'));
  return cases.filter(({ name, differs = {} }) => recorded[name] !== null && !('refused' in differs));
}

/** Arguments for `-i` that name what was written. */
export const sourcesIn = (folder: string, { sources = ['hosts'], files }: Case): string[] =>
  sources.map((source) => (source.includes(',') && !(source in files) ? source : join(folder, source)));

/** The interpreter that ansible-inventory names in its first line has its modules. */
const WITH_ITS_PYTHON = `"$(sed -n '1s/^#! *//p' "$(command -v ansible-inventory)")" "$0"`;

/** What the real one prints for each case; null where it reads nothing of it, or not all. */
export function ansibleInventory(cases: readonly Case[]): Json[] {
  const folders = cases.map(written);
  const calls = cases.map((of, i) => {
    const folder = folders[i] ?? '';
    const beside = of.playbook === undefined ? [] : ['--playbook-dir', join(folder, of.playbook)];
    const sources = sourcesIn(folder, of).flatMap((source) => ['-i', source]);
    return { argv: ['ansible-inventory', ...sources, ...beside, '--list'], cwd: join(folder, 'elsewhere') };
  });
  const answers = ansible(calls);
  for (const folder of folders) rmSync(folder, { recursive: true });
  return answers.map(({ code, stdout, stderr }) =>
    code !== 0 || /Unable to parse|Failed to parse/.test(stderr) ? null : JSON.parse(stdout),
  );
}

/** The hosts that each pattern selects of an INI inventory, in its order. */
export function ansiblePatterns(inventory: string, patterns: readonly string[]): string[][] {
  const folder = written({ name: 'patterns', files: { hosts: inventory } });
  const answers = ansible(
    patterns.map((pattern) => ({
      argv: ['ansible', '-i', join(folder, 'hosts'), '--list-hosts', '--', pattern],
      cwd: join(folder, 'elsewhere'),
    })),
  );
  rmSync(folder, { recursive: true });
  return answers.map(({ stdout }) => [...stdout.matchAll(/^ {4}(\S+)$/gm)].map(([, host = '']) => host));
}

interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs commands of Ansible's with an empty configuration. */
export function ansible(calls: readonly { readonly argv: readonly string[]; readonly cwd: string }[]): Answer[] {
  const { stdout } = spawnSync('sh', ['-c', WITH_ITS_PYTHON, new URL('run-all.py', import.meta.url).pathname], {
    input: calls.map((call) => JSON.stringify(call)).join('\n'),
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    env: { ...process.env, ANSIBLE_CONFIG: join(calls[0]?.cwd ?? '', 'ansible.cfg'), LC_ALL: 'C.UTF-8' },
  });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
