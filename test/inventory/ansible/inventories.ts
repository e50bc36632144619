import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

/** Arguments for `-i` that name what was written. */
export const sourcesIn = (folder: string, { sources = ['hosts'], files }: Case): string[] =>
  sources.map((source) => (source.includes(',') && !(source in files) ? source : join(folder, source)));

/** The interpreter that ansible-inventory names in its first line has its modules. */
const WITH_ITS_PYTHON = `"$(sed -n '1s/^#! *//p' "$(command -v ansible-inventory)")" "$0"`;

/** What the real one prints for each case; null where it reads nothing of it, or not all. */
export function ansibleInventory(cases: readonly Case[]): Json[] {
  const folders = cases.map(written);
  const config = join(folders[0] ?? '', 'elsewhere/ansible.cfg');
  const input = cases.map((of, i) => {
    const folder = folders[i] ?? '';
    const beside = of.playbook === undefined ? [] : ['--playbook-dir', join(folder, of.playbook)];
    const args = [...sourcesIn(folder, of).flatMap((source) => ['-i', source]), ...beside, '--list'];
    return JSON.stringify({ args, cwd: join(folder, 'elsewhere') });
  });
  const { stdout } = spawnSync('sh', ['-c', WITH_ITS_PYTHON, new URL('run-all.py', import.meta.url).pathname], {
    input: input.join('\n'),
    encoding: 'utf8',
    env: { ...process.env, ANSIBLE_CONFIG: config, LC_ALL: 'C.UTF-8' },
  });
  for (const folder of folders) rmSync(folder, { recursive: true });
  return stdout
    .trim()
    .split('\n')
    .map((line): Json => {
      const { code, stdout, stderr } = JSON.parse(line);
      return code !== 0 || /Unable to parse|Failed to parse/.test(stderr) ? null : JSON.parse(stdout);
    });
}
