import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError, loadInventory, loadPlaybook, type RunEvent, startRun } from '../src/index.ts';
import { packageRoot } from './architecture/project.ts';
import { blocksOf } from './docs/page.ts';
import { Sandbox } from './docs/sandbox.ts';

const { UNWEDGE_HOST_DIR: before } = process.env;
let sandbox: Sandbox;
let file: (name: string) => string;
beforeAll(() => {
  sandbox = new Sandbox({ 'play.yaml': PLAY });
  file = (name) => join(sandbox.dir, name);
  // The locks and the journals of hosts, apart from those of this machine.
  process.env.UNWEDGE_LOCK = file('lock');
  process.env.UNWEDGE_HOST_DIR = file('host');
});
afterAll(() => {
  delete process.env.UNWEDGE_LOCK;
  process.env.UNWEDGE_HOST_DIR = before;
  sandbox.remove();
});

/** Makes a file for each host, one after the other. */
const PLAY = `- hosts: docker
  serial: 1
  steps:
    - command: { check: test -e "$1", run: touch "$1", undo: rm "$1", args: ["{{ folder }}/{{ inventory_hostname }}"] }
`;

async function loaded(folder: string) {
  mkdirSync(file(folder), { recursive: true });
  const inventory = await loadInventory(file('inventory.yaml'));
  return loadPlaybook(file('play.yaml'), { inventory, extraVars: { folder: file(folder) } });
}

const made = (folder: string): string[] =>
  ['web-1', 'web-2', 'db-1'].filter((host) => existsSync(file(join(folder, host))));

describe('the library', () => {
  it('foretells, runs, and tells of both as the command does', async () => {
    const playbook = await loaded('a');
    const options = { stateDir: file('state/unwedge') };
    const foretold = await startRun(playbook, { ...options, check: true }).recap;
    expect(made('a')).toEqual([]);
    const run = startRun(playbook, options);
    const events: RunEvent[] = [];
    for await (const event of run.events) events.push(event);
    const recap = await run.recap;
    expect(recap.outcomes.map(({ host, status }) => [host, status])).toEqual(
      foretold.outcomes.map(({ host, status }) => [host, status]),
    );
    expect(made('a')).toEqual(['web-1', 'web-2', 'db-1']);
    expect([events[0]?.type, events.at(-1)?.type]).toEqual(['run.started', 'run.finished']);
    expect(events.filter(({ type }) => type === 'change.applied').length).toBe(3);
    expect(sandbox.type(`unwedge rollback ${run.id}`).code).toBe(0);
    expect(made('a')).toEqual([]);
  });

  it('ends after the step in flight when it is told to', async () => {
    const ending = new AbortController();
    const run = startRun(await loaded('b'), { stateDir: file('state/unwedge'), signal: ending.signal });
    for await (const { type } of run.events) if (type === 'change.applied') ending.abort();
    const { outcomes } = await run.recap;
    expect(outcomes.map(({ status }) => status)).toEqual(['changed', 'not-attempted', 'not-attempted']);
    expect(made('b')).toEqual(['web-1']);
  });

  it('touches nothing where it was told to end before', async () => {
    const { recap } = startRun(await loaded('c'), { stateDir: file('state/unwedge'), signal: AbortSignal.abort() });
    expect((await recap).outcomes.map(({ status }) => status)).toEqual(Array(3).fill('not-attempted'));
    expect(made('c')).toEqual([]);
  });

  it('tells of bad input with its place, by the promise', async () => {
    const inventory = await loadInventory(file('inventory.yaml'));
    const error = await loadPlaybook(file('play.yaml'), { inventory }).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).diagnostics[0]).toMatchObject({ at: { file: file('play.yaml'), line: 4 } });
  });

  it('fails a run that can have no journal where it is read, and where it is awaited', async () => {
    writeFileSync(file('no-folder'), '');
    const run = startRun(await loaded('d'), { stateDir: file('no-folder') });
    const reading = (async () => {
      for await (const _ of run.events);
    })();
    const [read, awaited] = await Promise.allSettled([reading, run.recap]);
    expect([read.status, awaited.status]).toEqual(['rejected', 'rejected']);
    expect(made('d')).toEqual([]);
  });

  it('leaves no handler of signals and no listener behind', async () => {
    const before = process.eventNames().length;
    const { recap } = startRun(await loaded('e'), { check: true });
    expect(process.listenerCount('SIGINT') + process.listenerCount('SIGTERM')).toBe(0);
    await recap;
    expect(process.eventNames().length).toBe(before);
  });
});

describe('the example in docs/library.md, with the package as it is built', () => {
  const page = { path: 'docs/library.md', text: readFileSync(`${packageRoot}docs/library.md`, 'utf8') };
  const [{ text = '' } = {}] = blocksOf(page).filter(({ language }) => language === 'ts');
  const env = () => ({ ...process.env, XDG_STATE_HOME: file('state') });

  beforeAll(() => {
    mkdirSync(file('node_modules/@types'), { recursive: true });
    symlinkSync(packageRoot, file('node_modules/unwedge'));
    symlinkSync(`${packageRoot}node_modules/@types/node`, file('node_modules/@types/node'));
    writeFileSync(file('package.json'), '{ "type": "module" }');
    writeFileSync(file('example.ts'), text);
  });

  it('is right by the types that are published', () => {
    const options: ts.CompilerOptions = {
      ...{ strict: true, target: ts.ScriptTarget.ES2023, outDir: file('.'), types: ['node'], skipLibCheck: true },
      ...{ module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
      typeRoots: [file('node_modules/@types')],
    };
    const program = ts.createProgram([file('example.ts')], options);
    const faults = [...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics];
    expect(faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
  });

  it('runs, and tells what it did', () => {
    const play = PLAY.replaceAll('{{ folder }}', file('f'));
    mkdirSync(file('f'));
    writeFileSync(file('example.yaml'), play);
    const told = execFileSync(process.execPath, ['example.js', 'example.yaml', 'inventory.yaml'], {
      ...{ cwd: sandbox.dir, env: env(), encoding: 'utf8' },
    });
    expect(told).toContain('web-1: run: touch "$1"');
    expect(told).toContain('db-1 changed');
    expect(made('f')).toEqual(['web-1', 'web-2', 'db-1']);
  });

  it('tells what is wrong', () => {
    const args = ['example.js', 'play.yaml', 'inventory.yaml'];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: sandbox.dir, env: env(), encoding: 'utf8' });
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^play\.yaml 4 /)]);
  });

  it('the contract is there for authors of plugins, as docs/plugins.md has it', () => {
    const plugins = { path: 'docs/plugins.md', text: readFileSync(`${packageRoot}docs/plugins.md`, 'utf8') };
    const [{ text: script = '' } = {}] = blocksOf(plugins).filter(({ language }) => language === 'js');
    const check = (name: string, content: string) => {
      writeFileSync(file(`examples/marker/${name}`), content);
      return spawnSync(process.execPath, [file(`examples/marker/${name}`)], { encoding: 'utf8' });
    };
    expect(check('check.js', script)).toMatchObject({ status: 0, stderr: '' });
    expect(check('fails.js', script.replace("'probe.sh':", "'look.sh':")).stderr).toContain('has no answer for');
  });

  it('a plugin may import the package itself', () => {
    const step = readFileSync(file('examples/marker/step.js'), 'utf8')
      .replace(/^export default \((\{[^}]*\}) => \{$/m, '')
      .replace(/^\/\*\*.*\n/, '');
    const body = step
      .replace(/^export default .*\n/m, '')
      .replace(/^ {2}return defineStep/m, 'export default defineStep');
    const imports = "import { defineStep, probeScript, applyScript, undoScript, applied, complete } from 'unwedge';\n";
    writeFileSync(file('examples/marker/import.js'), imports + body.replace(/\n\};\n$/, '\n'));
    writeFileSync(
      file('import.yaml'),
      readFileSync(file('examples/play.yaml'), 'utf8').replace('./marker/step.js', './examples/marker/import.js'),
    );
    const run = `unwedge run import.yaml -i web-1, -c local -e marker=${file('imported')}`;
    expect(sandbox.type(run)).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(file('imported'))).toBe(true);
    rmSync(file('imported'));
  });
});
