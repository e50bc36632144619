import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatDiagnostic } from '../../src/core/diagnostic-text.ts';
import { checkPlaybookFile } from '../../src/playbook/load-playbook.ts';
import { stepTypes } from '../../src/steps/index.ts';
import { packageRoot } from '../architecture/project.ts';
import { Sandbox } from '../docs/sandbox.ts';

const dir = mkdtempSync(join(tmpdir(), 'unwedge-plugins-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** A plugin with a step type of this form. */
const plugin = (form: string): string => `export default ({ defineStep }) => defineStep(${form});\n`;
const stepType = (name: string, more = ''): string => `{
  name: '${name}', description: 'Does nothing at all.', deadline: 5, output: {},
  schema: { type: 'object', additionalProperties: false, properties: {} },
  probe: async () => null, plan: () => ({ changes: [] }), apply: async () => {},
  undo: { kind: 'irreversible', reason: 'nothing is done' }, ${more}
}`;

const FILES = {
  'good.mjs': plugin(stepType('nothing')),
  'again.mjs': plugin(stepType('nothing')),
  'taken.mjs': plugin(stepType('scan')),
  'key.mjs': plugin(stepType('register')),
  'empty.mjs': '',
  'plain.mjs': `export default ${stepType('plain')};\n`,
  'throws.mjs': "throw new Error('no such luck\\nat all');\n",
  'syntax.mjs': 'export default (;\n',
  'nameless.mjs': plugin(stepType('No Name')),
  'schema.mjs': plugin(stepType('odd', "schema: { type: 'object', additionalProperties: false, propertis: {} },")),
  'unnamed.mjs': `import { writeFileSync } from 'node:fs';\nwriteFileSync(${JSON.stringify(join(dir, 'ran'))}, '');\n`,
};
for (const [name, text] of Object.entries(FILES)) writeFileSync(join(dir, name), text);
mkdirSync(join(dir, 'folder'));

const play = (plugins: string, step = 'nothing: {}'): string =>
  `- hosts: all\n  plugins: [${plugins}]\n  steps:\n    - ${step}\n`;

async function told(text: string): Promise<string[]> {
  const file = join(dir, 'play.yaml');
  writeFileSync(file, text);
  const { findings } = await checkPlaybookFile(file, { stepTypes });
  // The rule's number is that of the language.
  const firstLine = (text: string) => text.split('\n', 1)[0]?.replace(/ \[PB\d+\]$/, '') ?? '';
  return findings.map((finding) => firstLine(formatDiagnostic(finding)).replaceAll(`${dir}/`, ''));
}

describe('a plugin', () => {
  it('adds its step type to the play that names it, and to no other', async () => {
    expect(await told(play('./good.mjs'))).toEqual([]);
    expect(await told(play('./good.mjs') + play('').replace(/ {2}plugins.*\n/, ''))).toEqual([
      "play.yaml:7:7: error: unknown step type 'nothing'",
    ]);
  });

  it('may be named by several plays', async () => {
    expect(await told(play('./good.mjs') + play('good.mjs'))).toEqual([]);
  });

  it("has its step's arguments checked", async () => {
    expect(await told(play('./good.mjs', 'nothing: { x: 1 }'))).toEqual([
      "play.yaml:4:18: error: unknown key 'x' in nothing",
    ]);
  });

  it('is another playbook once its module or a host script beside it has changed', async () => {
    const sha256 = async () => {
      await told(play('./good.mjs'));
      return (await checkPlaybookFile(join(dir, 'play.yaml'), { stepTypes })).playbook?.sha256;
    };
    const first = await sha256();
    writeFileSync(join(dir, 'probe.sh'), 'true\n');
    const second = await sha256();
    expect(second).not.toBe(first);
    expect(await sha256()).toBe(second);
    writeFileSync(join(dir, 'probe.sh'), 'false\n');
    expect(await sha256()).not.toBe(second);
    rmSync(join(dir, 'probe.sh'));
    writeFileSync(join(dir, 'good.mjs'), `${FILES['good.mjs']}// more\n`);
    expect(await sha256()).not.toBe(first);
  });

  it.each([
    ['gone.mjs', 'no such file'],
    ['folder', 'it is a directory'],
    ['empty.mjs', 'it has no default export'],
    ['plain.mjs', 'it is not made by defineStep'],
    ['throws.mjs', 'it fails while it is loaded: Error: no such luck'],
    ['syntax.mjs', 'it fails while it is loaded: '],
    ['nameless.mjs', "name: it is a key in YAML: lower case letters, digits and '_'"],
    ['schema.mjs', 'it fails while it is loaded: Error: strict mode: unknown keyword: "propertis"'],
  ])('is refused where it stands: %s', async (name, problem) => {
    const [first] = await told(play(`./${name}`, 'scan: {}'));
    expect(first).toContain(`play.yaml:2:13: error: can't use the plugin ./${name}: ${problem}`);
  });

  it.each([
    ['./taken.mjs', "play.yaml:2:13: error: the plugin ./taken.mjs has the name 'scan', which is taken"],
    ['./key.mjs', "play.yaml:2:13: error: the plugin ./key.mjs has the name 'register', which is taken"],
    ['./good.mjs, ./again.mjs', "play.yaml:2:25: error: the plugin ./again.mjs has the name 'nothing', which is taken"],
  ])('may not take a name: %s', async (plugins, message) => {
    expect((await told(play(plugins, 'scan: {}')))[0]).toContain(message);
  });

  it('counts for what a playbook is: a run does not go on with another', async () => {
    const file = join(dir, 'counted.yaml');
    const sum = async () => (await checkPlaybookFile(file, { stepTypes })).playbook?.sha256;
    writeFileSync(file, play('./good.mjs'));
    const before = await sum();
    writeFileSync(join(dir, 'good.mjs'), `${FILES['good.mjs']}// changed\n`);
    expect(await sum()).not.toBe(before);
  });

  it('is loaded only where it is named', () => expect(existsSync(join(dir, 'ran'))).toBe(false));
});

describe('the example in docs/examples, by the built command', () => {
  let sandbox: Sandbox;
  beforeAll(() => {
    sandbox = new Sandbox();
  });
  afterAll(() => sandbox.remove());
  const undoOf = (stdout: string): string => /unwedge rollback \S+/.exec(stdout)?.[0] ?? '';

  it('is linted, foretold, run, found done, and taken back after the command has ended', () => {
    const marker = join(sandbox.dir, 'marker');
    const run = `unwedge run examples/play.yaml -i web-1, -c local -e marker=${marker}`;
    expect(sandbox.type('unwedge lint examples/play.yaml').stdout).toMatch(/^examples\/play.yaml: no findings\n/);
    expect(sandbox.type(`${run} --check --detailed-exitcode`).code).toBe(10);
    expect(existsSync(marker)).toBe(false);
    const { stdout } = sandbox.type(run);
    expect(readFileSync(marker, 'utf8')).toBe('dockerd is being restarted\n');
    expect(sandbox.type(`${run} --check --detailed-exitcode`).code).toBe(0);
    expect(sandbox.type(undoOf(stdout))).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(marker)).toBe(false);
  });

  it('is missed, not passed over, where a rollback can no longer load it', () => {
    const marker = join(sandbox.dir, 'marker');
    const { stdout } = sandbox.type(`unwedge run examples/play.yaml -i web-1, -c local -e marker=${marker}`);
    rmSync(join(sandbox.dir, 'examples'), { recursive: true });
    const { code, stderr } = sandbox.type(undoOf(stdout));
    expect([code, stderr]).toEqual([20, expect.stringContaining('examples/marker/step.js')]);
    expect(existsSync(marker)).toBe(true);
  });

  it('keeps to the laws of host scripts', () => {
    for (const name of ['probe', 'apply', 'undo'])
      expect(readFileSync(`${packageRoot}docs/examples/marker/${name}.sh`, 'utf8')).toMatch(/^#!\/bin\/sh\n# [A-Z]/);
  });
});
