import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { script } from '../src/reports/html/assets.ts';
import { stepTypes } from '../src/steps/index.ts';
import { packageRoot } from './architecture/project.ts';

const manifest: { version: string; bin: { unwedge: string }; files: string[] } = JSON.parse(
  readFileSync(join(packageRoot, 'package.json'), 'utf8'),
);
const program = manifest.bin.unwedge;
const elsewhere = mkdtempSync(join(tmpdir(), 'unwedge-package-'));
afterAll(() => rmSync(elsewhere, { recursive: true, force: true }));

/** A copy of what is packed, built anew: a bundle that lies in dist/ may be older than the scripts that go with it. */
const workshop = join(elsewhere, 'workshop');
const npm = (...args: string[]): string =>
  execFileSync('npm', args, { cwd: workshop, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** The files of a folder of ours, as paths from the package's root. */
const filesBelow = (folder: string, ending: string): string[] =>
  readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending))
    .map((path) => `${folder}/${path}`);

beforeAll(() => {
  const leftOut = ['node_modules', '.git', 'dist', 'coverage'].map((name) => join(packageRoot, name));
  cpSync(packageRoot, workshop, { recursive: true, filter: (path) => !leftOut.includes(path) });
  symlinkSync(join(packageRoot, 'node_modules'), join(workshop, 'node_modules'));
  npm('run', 'build');
}, 120_000);

describe('the packed package', () => {
  it('holds what a run needs, and nothing of the workshop', () => {
    const [{ files }]: [{ files: { path: string }[] }] = JSON.parse(
      npm('pack', '--dry-run', '--json', '--ignore-scripts'),
    );
    const packed = files.map(({ path }) => path);
    const needed = [
      ...filesBelow('src', '.sh'),
      ...filesBelow('playbooks', '.yaml'),
      ...filesBelow('schemas', '.json'),
      ...filesBelow('docs/examples/marker', ''),
      ...['index', 'contract'].flatMap((name) => [`dist/library/${name}.js`, `dist/types/${name}.d.ts`]),
      ...[program, 'package.json', 'README.md', 'LICENSE', 'inventory.example.yaml'],
    ];
    expect(needed.filter((path) => !packed.includes(path))).toEqual([]);
    expect(packed.filter((path) => /^(src\/.*\.ts$|test\/|bench\/|node_modules\/|\.)/.test(path))).toEqual([]);
  });
});

describe('the package, unpacked elsewhere without its dependencies', () => {
  const installed = join(elsewhere, 'package', program);
  beforeAll(() => {
    npm('pack', '--ignore-scripts', '--pack-destination', elsewhere);
    const [tarball = ''] = readdirSync(elsewhere).filter((name) => name.endsWith('.tgz'));
    execFileSync('tar', ['-xzf', tarball], { cwd: elsewhere });
  }, 120_000);
  const unwedge = (args: readonly string[], file = installed) => {
    const env = {
      ...process.env,
      XDG_STATE_HOME: join(elsewhere, 'state'),
      UNWEDGE_LOCK: join(elsewhere, 'lock'),
      UNWEDGE_HOST_DIR: join(elsewhere, 'host'),
      NODE_PATH: '',
      NO_COLOR: '1',
    };
    const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], {
      cwd: '/',
      encoding: 'utf8',
      env,
    });
    return { status, stdout, stderr };
  };

  it('tells its version, also by a link as npm makes it', () => {
    const link = join(elsewhere, 'unwedge');
    symlinkSync(installed, link);
    const version = { status: 0, stdout: `${manifest.version}\n`, stderr: '' };
    expect([unwedge(['--version']), unwedge(['--version'], link)]).toEqual([version, version]);
  });

  it('knows every step', () => {
    const { status, stdout } = unwedge(['steps']);
    expect(status).toBe(0);
    expect(
      stepTypes.map(({ name }) => name).filter((name) => !new RegExp(`^\\s*${name}\\b`, 'm').test(stdout)),
    ).toEqual([]);
  });

  it('accepts the playbooks that it ships', () => {
    const shipped = filesBelow('playbooks', '.yaml').map((path) => join(elsewhere, 'package', path));
    const { status, stderr } = unwedge(['lint', ...shipped]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('serves programs', () => {
    const script = `import { loadInventory } from '${join(elsewhere, 'package/dist/library/index.js')}';
      console.log((await loadInventory('a,b')).hosts.length);`;
    const told = spawnSync(process.execPath, ['--input-type=module', '-e', script], { cwd: '/', encoding: 'utf8' });
    expect(told).toMatchObject({ status: 0, stdout: '2\n', stderr: '' });
  });

  it('writes a report as the page that the sources make', () => {
    const file = join(elsewhere, 'audit.html');
    unwedge(['audit', '-i', 'here,', '-c', 'local', '--report', file]);
    expect(readFileSync(file, 'utf8')).toContain(`<script>${script}</script>`);
  });

  it('runs a play on this machine with the host scripts that it ships', () => {
    const [playbook, file] = [join(elsewhere, 'play.yaml'), join(elsewhere, 'made')];
    const [run, check] = [`touch "$1"`, `test -e "$1"`].map((text) => JSON.stringify(text));
    writeFileSync(
      playbook,
      `- hosts: all\n  steps:\n    - command: { run: ${run}, check: ${check}, args: [${JSON.stringify(file)}] }\n`,
    );
    const result = unwedge(['run', playbook, '-i', 'here,', '-c', 'local']);
    expect(result).toMatchObject({ status: 0, stdout: expect.stringContaining('1 changed') });
    expect(existsSync(file)).toBe(true);
    expect(unwedge(['run', playbook, '-i', 'here,', '-c', 'local', '--check', '--detailed-exitcode']).status).toBe(0);
  });
});
