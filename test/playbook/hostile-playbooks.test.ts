import { expect, test } from 'vitest';
import { formatDiagnostic } from '../../src/core/diagnostic-text.ts';
import { matchHosts } from '../../src/inventory/host-pattern.ts';
import { InventoryBuilder } from '../../src/inventory/inventory-builder.ts';
import { checkPlaybook, checkPlaybookFile } from '../../src/playbook/load-playbook.ts';
import { hostileFiles } from '../fuzz/hostile.ts';
import { stepTypes } from './step-types.ts';

const builder = new InventoryBuilder();
builder.addHost('h'.repeat(60), 'docker');
const inventory = builder.build();
const selectHosts = (pattern: string) => matchHosts(pattern, inventory);

/** What is said of a file: the first finding as people read it, and how many there are. */
function said(bytes: Uint8Array): string {
  const { playbook, findings } = checkPlaybook(bytes, 'p.yaml', { stepTypes, selectHosts });
  const texts = findings.map(formatDiagnostic);
  for (const text of texts) {
    expect(text.length).toBeLessThan(3_000);
    expect(text).not.toMatch(/[^\P{Cc}\n]|[\u200b\u202e\u2066\ufeff]|^ +at /mu);
  }
  expect(playbook === undefined).toBe(findings.some(({ severity }) => severity === 'error'));
  return [`${findings.length} findings`, ...texts.slice(0, 1).map((text) => text.slice(0, 400))].join('\n');
}

test('each hostile file taken for a playbook gets a clear message, and soon', async () => {
  const told = hostileFiles.map(([name, bytes]) => `== ${name}: ${said(bytes)}\n`);
  await expect(told.join('\n')).toMatchFileSnapshot('../golden/hostile-playbooks.txt');
});

test('what never ends is not read', async () => {
  const reading = checkPlaybookFile('/dev/zero', { stepTypes });
  await expect(reading).rejects.toThrow("can't read the playbook /dev/zero: it is no regular file");
});

test('a pattern of an expression that takes for ever ends with its reason', () => {
  const when = JSON.stringify(`"${'a'.repeat(60)}".matches("(a+)+b")`);
  const bytes = new TextEncoder().encode(`[{hosts: all, steps: [{scan: {}, when: ${when}}]}]`);
  const { playbook } = checkPlaybook(bytes, 'p.yaml', { stepTypes });
  const [step] = playbook?.plays.flatMap(({ steps }) => steps) ?? [];
  expect(() => step?.when?.evaluate({})).toThrow('it takes more than 2 seconds');
});
