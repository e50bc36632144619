import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { builtValidators } from '../../src/playbook/built-validators.ts';
import { validatorOf } from '../../src/playbook/validator.ts';
import { stepTypes } from '../../src/steps/index.ts';

const values = [
  {},
  null,
  3,
  { unit: 'docker.service' },
  { namespaces: ['host', 'host'] },
  { namespaces: ['mars'], lazy: 1 },
  { run: '' },
  { that: 'x', message: 1 },
  { unit: 'x', wait: 0, extra: true },
];

describe('validators compiled by the build', () => {
  test('say the same as those compiled at run time, and fill in the same defaults', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'unwedge-validators-'));
    const file = join(folder, 'built.mjs');
    writeFileSync(join(folder, 'text.js'), builtValidators(stepTypes.map((type) => type.schema)));
    buildSync({
      entryPoints: [join(folder, 'text.js')],
      bundle: true,
      format: 'esm',
      platform: 'node',
      outfile: file,
      nodePaths: [new URL('../../node_modules', import.meta.url).pathname],
    });
    const built: { validatorOf: typeof validatorOf } = await import(pathToFileURL(file).href);
    for (const { schema } of stepTypes) {
      for (const value of values) {
        const [one, other] = [structuredClone(value), structuredClone(value)];
        const [here, there] = [validatorOf(schema), built.validatorOf(schema)];
        expect(there(other)).toBe(here(one));
        expect(other).toEqual(one);
        expect(there.errors?.map((e) => e.message)).toEqual(here.errors?.map((e) => e.message));
      }
    }
  });

  test('the built command finds the same in every broken playbook as the sources do', () => {
    const root = new URL('../../', import.meta.url).pathname;
    const broken = readdirSync(join(root, 'test/golden/broken-playbooks'))
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => `test/golden/broken-playbooks/${name}`);
    const lint = (...program: string[]) =>
      spawnSync(process.execPath, [...program, 'lint', ...broken], { cwd: root, encoding: 'utf8' }).stdout;
    expect(broken.length).toBeGreaterThan(50);
    expect(lint('dist/cli/main.cjs')).toBe(lint('--import', 'tsx', 'src/cli/main.ts'));
  });
});
