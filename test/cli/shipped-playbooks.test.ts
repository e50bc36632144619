import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  copyPlaybook,
  missing,
  playbookFile,
  playbookName,
  shippedPlaybooks,
} from '../../src/app/shipped-playbooks.ts';
import { withInventory } from '../../src/cli/default-inventory.ts';
import { ExitCode } from '../../src/core/exit-code.ts';
import { SHIPPED } from '../../src/core/shipped.ts';
import { packageRoot, program } from '../unwedge.ts';

const shipped = `${packageRoot}playbooks/free-dead-containers.yaml`;
const before = process.cwd();
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'unwedge-away-'));
  process.chdir(dir);
});
afterEach(() => {
  process.chdir(before);
  rmSync(dir, { recursive: true });
});

const unwedge = (...words: string[]) => unwedgeIn(dir, ...words);
const unwedgeIn = (cwd: string, ...words: string[]) => {
  const env = { ...process.env, UNWEDGE_INVENTORY: '', XDG_STATE_HOME: join(dir, 'state') };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], { cwd, env, encoding: 'utf8' });
  return { code: status, stdout, stderr };
};

describe('the playbooks that come with unwedge', () => {
  it('are all in the list, each with a line for people', () => {
    const files = readdirSync(`${packageRoot}playbooks`).map((file) => file.replace('.yaml', ''));
    expect(files.toSorted()).toEqual([...SHIPPED].toSorted());
    for (const { summary } of shippedPlaybooks()) expect(summary).toMatch(/^.{40,90}\.$/);
  });

  it('a bare name is one of them, whatever lies here; with a / or an ending it is a path', () => {
    writeFileSync('free-dead-containers', 'a file that somebody put here');
    writeFileSync('site', '');
    expect(playbookFile('free-dead-containers')).toBe(shipped);
    expect(playbookFile('./free-dead-containers')).toBe('./free-dead-containers');
    expect(playbookFile('free-dead-containers.yaml')).toBe('free-dead-containers.yaml');
    expect(playbookFile('site')).toBe('site');
    expect(playbookName(shipped)).toBe('free-dead-containers');
    expect(playbookName('./free-dead-containers')).toBe('./free-dead-containers');
  });

  it.each([
    ['free-dead', "no playbook is named 'free-dead'", 'these: audit, free-dead-containers'],
    ['free-dead-container', "no playbook is named 'free-dead-container'", "did you mean 'free-dead-containers'?"],
    ['playbooks/audit.yaml', "can't read the playbook playbooks/audit.yaml: no such file", "did you mean 'audit'"],
    ['ops/zzz.yaml', "can't read the playbook ops/zzz.yaml: no such file", 'unwedge playbooks lists'],
  ])('%s is not there: what may be meant', (word, message, todo) => {
    expect(missing(playbookFile(word))).toEqual([
      expect.objectContaining({ message, todo: expect.stringContaining(todo) }),
    ]);
  });

  it('are copied to be changed, never over a file', () => {
    copyPlaybook('audit', '.');
    expect(readFileSync('audit.yaml', 'utf8')).toContain(`$schema=${packageRoot}schemas/playbook.json`);
    writeFileSync('audit.yaml', 'mine');
    expect(() => copyPlaybook('audit', '.')).toThrow('exists already');
    expect(readFileSync('audit.yaml', 'utf8')).toBe('mine');
  });

  it('work by their names from any folder: lint, run, schedule, completion; a wrong name and a lack of an inventory are said at once', () => {
    expect(unwedge('playbooks').stdout.trimEnd().split('\n')).toHaveLength(SHIPPED.length);
    expect(unwedge('lint', ...SHIPPED).code).toBe(ExitCode.done);
    expect(unwedge('complete', '--', 'unwedge', 'run', 'free').stdout).toMatch(/^words\nfree-dead-containers\t/);
    expect(unwedge('complete', '--', 'unwedge', 'lint', 'ops/').stdout).toBe('files\n');
    expect(unwedge('complete', '--', 'unwedge', 'playbooks', 'show', 'aud').stdout).toMatch(/^words\naudit\t/);
    const wrong = unwedge('run', 'zzz.yaml');
    expect(wrong).toMatchObject({ code: ExitCode.refused, stdout: '' });
    expect(wrong.stderr).toMatch(/zzz\.yaml: no such file[\s\S]*error: no inventory/);
    // A schedule takes nothing in /tmp.
    const scheduled = unwedgeIn(
      '/',
      ...['schedule', 'add', 'n', '--playbook', 'free-dead-containers', '-i', 'a,', '--cron', '15 3 * * *', '--print'],
      ...['--state-dir', '/var/lib/unwedge'],
    );
    expect(scheduled).toMatchObject({ code: ExitCode.done, stderr: '' });
    expect(scheduled.stdout).toContain(`${shipped} -i a,`);
  });
});

describe('an inventory by default', () => {
  const flags = { inventory: [] as readonly string[] };
  const INVENTORY = 'all: { hosts: { web-1: } }\n';

  it('is ./inventory.yaml, and a first line says so', () => {
    writeFileSync('inventory.yaml', INVENTORY);
    expect(unwedge('inventory')).toEqual({
      ...{ code: ExitCode.done, stdout: 'web-1  ungrouped\n', stderr: 'inventory: inventory.yaml (no -i given)\n' },
    });
    expect(withInventory({ inventory: ['a,'] })).toEqual({ inventory: ['a,'] });
    rmSync('inventory.yaml');
    expect(withInventory(flags)).toBe(flags);
  });

  it.each([
    ['that any user can write', () => chmodSync('inventory.yaml', 0o666), 'it can be written by any user'],
    ['that is a program', () => chmodSync('inventory.yaml', 0o755), 'it is a program'],
    ['in a folder that any user can write', () => chmodSync('.', 0o777), 'this folder can be written by any user'],
    ['that is a folder', () => [rmSync('inventory.yaml'), mkdirSync('inventory.yaml')], 'it is not a regular file'],
  ])('is none %s', (_, spoil, why) => {
    writeFileSync('inventory.yaml', INVENTORY);
    spoil();
    expect(() => withInventory(flags)).toThrow(why);
  });
});
