import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inputError } from '../../src/core/diagnostic.ts';
import { formatDiagnostic } from '../../src/core/diagnostic-text.ts';
import type { Host } from '../../src/core/inventory.ts';
import { checkPlaybook } from '../../src/playbook/load-playbook.ts';
import type { Known } from '../../src/playbook/play.ts';
import { stepTypes } from './step-types.ts';

const folder = new URL('../golden/broken-playbooks/', import.meta.url);

const host = (name: string, vars: Host['vars']): Host => ({
  name,
  groups: ['all', 'docker'],
  vars: { port: 22, jinja: '{{ port }}', ...vars },
});
const hosts = [host('a', { only_a: 1 }), host('b', {}), host('c', {})];

const known: Known = {
  stepTypes,
  extraVars: { extra: 'x', given: 'x' },
  selectHosts(pattern) {
    if (pattern === 'docker' || pattern === 'all') return hosts;
    throw inputError(`no host or group is named '${pattern}'`, "did you mean 'docker'?");
  },
};

/** Only warnings: the playbook may run. */
const ACCEPTED = new Set([
  ...['maybe-not-set', 'register-hides-a-variable', 'read-behind-a-block', 'read-in-the-rescue'],
  ...['rollout-that-shrinks', 'never-runs', 'undone-in-vain', 'register-of-a-step-tagged-never'],
]);

describe('each broken playbook gets the findings written beside it', () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));

  test('there are many of them', () => expect(files.length).toBeGreaterThanOrEqual(60));

  test.each(files)('%s', async (file) => {
    const name = basename(file, '.yaml');
    const { playbook, findings } = checkPlaybook(readFileSync(new URL(file, folder)), folder.pathname + file, known);
    expect(playbook === undefined).toBe(!ACCEPTED.has(name));
    expect(findings.length).toBeGreaterThan(0);
    expect(findings.filter(({ rule }) => rule === undefined)).toEqual([]);
    const text = `${findings.map(formatDiagnostic).join('\n')}\n`.replaceAll(folder.pathname, '');
    await expect(text).toMatchFileSnapshot(new URL(`${name}.txt`, folder).pathname);
  });
});
