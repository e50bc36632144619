import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Diagnostic, InputError } from '../../src/core/diagnostic.ts';
import type { Inventory } from '../../src/core/inventory.ts';
import { SourceText } from '../../src/core/source-text.ts';
import { parseYaml } from '../../src/core/yaml.ts';
import { connectionOptions } from '../../src/inventory/connection.ts';
import { readIniInventory } from '../../src/inventory/ini-inventory.ts';
import { InventoryBuilder } from '../../src/inventory/inventory-builder.ts';
import { readYamlInventory } from '../../src/inventory/yaml-inventory.ts';

const numRuns = Number(process.env.UNWEDGE_FUZZ_RUNS ?? 1500);

function read(text: string, kind: 'ini' | 'yaml'): { inventory: Inventory; findings: Diagnostic[] } {
  const builder = new InventoryBuilder();
  const findings: Diagnostic[] = [];
  if (kind === 'ini') readIniInventory({ source: new SourceText('i', text), builder, findings });
  else {
    const { source, root } = parseYaml(new TextEncoder().encode(text), 'i');
    readYamlInventory(root, { source, builder, findings });
  }
  return { inventory: builder.build(), findings };
}

/** What was read hangs together, and each host can be reached or is refused with its reason. */
function consistent(inventory: Inventory): void {
  for (const host of inventory.hosts) {
    expect(host.name).toMatch(/^[^-\s]/);
    expect(host.groups).toContain('all');
    for (const group of host.groups) expect(inventory.groups.get(group)).toContain(host.name);
    try {
      expect(connectionOptions(host, { connectTimeout: 1 }).address).toMatch(/^[^-\s]/);
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
    }
  }
}

const word = fc.constantFrom(
  ...[
    'all',
    'a',
    'b',
    'c',
    'h[1:3]',
    'h1:22',
    '-x',
    'x=1',
    "y='z",
    'ansible_host=-o',
    'ansible_port=0',
    'ansible_become=yes',
  ],
  ...[
    'ansible_group_priority={}',
    'ansible_connection=local',
    '#',
    ';',
    '=',
    "''",
    '::1',
    '__proto__',
    'k={"toString": 1}',
  ],
);
const section = fc.tuple(
  fc.constantFrom('a', 'b', 'c', 'all', '__proto__', 'x y', ''),
  fc.constantFrom('', ':vars', ':children', ':hosts', ':x'),
);
const line = fc.oneof(
  section.map(([group, kind]) => `[${group}${kind}]`),
  fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' ')),
  fc.string({ maxLength: 12 }),
);

test('any INI file', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), (lines) => consistent(read(lines.join('\n'), 'ini').inventory)),
    { numRuns },
  );
});

const key = fc.constantFrom(
  'all',
  'hosts',
  'children',
  'vars',
  'a',
  'b',
  'h[1:3]',
  '-x',
  'ansible_host',
  'ansible_become',
  'ansible_group_priority',
  '__proto__',
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium' },
    fc.constantFrom(null, 1, true, '-x', 'yes', ''),
    fc.array(tie('value'), { maxLength: 2 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
  ),
}));

test('any YAML values', () => {
  fc.assert(
    fc.property(value, (content) => consistent(read(JSON.stringify(content), 'yaml').inventory)),
    { numRuns },
  );
});

test('a chain of five thousand groups, either way round', () => {
  const groups = Array.from({ length: 5_000 }, (_, i) => `[g${i}:children]\ng${i + 1}`);
  for (const lines of [groups, groups.toReversed()]) {
    const { inventory, findings } = read([...lines, '[g5000]', 'h'].join('\n'), 'ini');
    expect(findings).toEqual([]);
    expect(inventory.hosts[0]?.groups.length).toBe(5_002);
  }
});
