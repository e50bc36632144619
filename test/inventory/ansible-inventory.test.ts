import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/diagnostic.ts';
import type { Inventory } from '../../src/core/inventory.ts';
import type { Json } from '../../src/core/json.ts';
import { SourceText } from '../../src/core/source-text.ts';
import { matchHosts } from '../../src/inventory/host-pattern.ts';
import { readIniInventory } from '../../src/inventory/ini-inventory.ts';
import { InventoryBuilder } from '../../src/inventory/inventory-builder.ts';
import { listed } from '../../src/inventory/listing.ts';
import { loadInventory } from '../../src/inventory/load-inventory.ts';
import { runLocal } from '../../src/transport/run-local.ts';
import { firstColumns, readPages } from '../docs/page.ts';
import { level } from '../level.ts';
import { type Case, cases } from './ansible/cases.ts';
import { ansibleInventory, ansiblePatterns, RECORDED, sourcesIn, written } from './ansible/inventories.ts';
import { DOCUMENTED_INVENTORY, INVENTORY, PATTERNS, REFUSED } from './ansible/patterns.ts';

const installed = spawnSync('sh', ['-c', 'command -v ansible-inventory']).status === 0;
const named = cases.map((one) => [one.name, one] as const);

const all = [...PATTERNS, ...Object.keys(REFUSED)];

const page = readPages().find(({ path }) => path === 'docs/inventory.md') ?? { path: '', text: '' };

/** Those of the page's table. */
const documented = (firstColumns(page, 'Pattern')[0] ?? []).flatMap((row) => patternsOf(row));
function patternsOf(row: string): string[] {
  return [...row.matchAll(/`([^`]+)`/g)].map(([, pattern = '']) => pattern);
}

/** What Ansible answers now, by case and by pattern. */
function answered(): Record<string, Json> {
  const inventories = ansibleInventory(cases).map((answer, i) => [cases[i]?.name ?? '', answer] as const);
  const patterns = ansiblePatterns(INVENTORY, all).map((hosts, i) => [`pattern: ${all[i]}`, hosts] as const);
  const table = ansiblePatterns(DOCUMENTED_INVENTORY, documented).map(
    (hosts, i) => [`documented pattern: ${documented[i]}`, hosts] as const,
  );
  return { release: release(), ...Object.fromEntries([...inventories, ...patterns, ...table]) };
}

/** Such as `core 2.14`: others may print another form. */
function release(): string {
  const { stdout } = spawnSync('ansible-inventory', ['--version'], { encoding: 'utf8' });
  return /core \d+\.\d+/.exec(stdout)?.[0] ?? '';
}

if (process.env.UNWEDGE_RECORD) {
  const lines = Object.entries(answered()).map(
    ([name, answer]) => `${JSON.stringify(name)}: ${JSON.stringify(answer)}`,
  );
  writeFileSync(RECORDED, `{\n${lines.join(',\n')}\n}\n`);
}
const recorded: Record<string, Json> = JSON.parse(readFileSync(RECORDED, 'utf8'));

/** What we make of it, null where it is refused, and then why. */
async function ours(of: Case): Promise<{ listed: Json; refused: string }> {
  const folder = written(of);
  try {
    const playbook = of.playbook === undefined ? undefined : `${folder}/${of.playbook}`;
    const inventory = await loadInventory(sourcesIn(folder, of), runLocal, {
      playbookFolder: playbook,
      passwords: async () => [],
    });
    return { listed: listed(inventory, inventory.hosts), refused: '' };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { listed: null, refused: error.message };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the same groups, hosts and variables as ansible-inventory --list', () => {
  it.each(named.filter(([, { differs }]) => !differs))('%s', async (name, of) => {
    expect((await ours(of)).listed).toEqual(recorded[name]);
  });
});

describe('a difference that docs/inventory.md tells', () => {
  it.each(named.filter(([, { differs }]) => differs))('%s', async (name, of) => {
    const { listed, refused } = await ours(of);
    // Half of an inventory is null, too: Ansible takes it for the whole, with a warning.
    if (listed !== null) expect(listed).not.toEqual(recorded[name]);
    if (of.differs && 'refused' in of.differs) expect(refused).toContain(of.differs.refused);
    else expect(listed).toEqual(of.differs?.listed);
  });

  it('is in its table, and none beside', () => {
    const rows = firstColumns(page, 'In the inventory')[0] ?? [];
    const asserted = cases.flatMap(({ differs }) => differs?.row ?? []);
    expect([...new Set(rows)].toSorted()).toEqual([...new Set(asserted)].toSorted());
  });
});

function readIni(text: string): Inventory {
  const builder = new InventoryBuilder();
  readIniInventory({ source: new SourceText('hosts', text), builder, findings: [] });
  return builder.build();
}

describe('patterns', () => {
  const inventory = readIni(INVENTORY);

  it.each(PATTERNS)('%s selects the same hosts in the same order', (pattern) => {
    const names = matchHosts(pattern, inventory).map((host) => host.name);
    expect(names).toEqual(recorded[`pattern: ${pattern}`]);
  });

  it.each(documented)('%s, of the table in docs/inventory.md, selects the same hosts in the same order', (pattern) => {
    const names = matchHosts(pattern, readIni(DOCUMENTED_INVENTORY)).map((host) => host.name);
    expect(names).toEqual(recorded[`documented pattern: ${pattern}`]);
  });

  it('are all in that table', () => expect(documented.length).toBeGreaterThan(12));

  it.each(Object.entries(REFUSED))('%s is refused', (pattern, message) => {
    expect(() => matchHosts(pattern, inventory)).toThrow(message);
  });
});

// The answers are as they were recorded; Ansible itself is asked again where there is time.
it.skipIf(!installed || level !== 'full')(
  'what is recorded is what the installed ansible-inventory prints (else: UNWEDGE_RECORD=1)',
  ({ skip }) => {
    const here = release();
    skip(here !== recorded.release, `recorded with ${recorded.release}; ${here} is installed`);
    expect(answered()).toEqual(recorded);
  },
  300_000,
);
