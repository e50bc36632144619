import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { type Diagnostic, InputError } from '../../src/core/diagnostic.ts';
import { formatDiagnostic } from '../../src/core/diagnostic-text.ts';
import { SourceText } from '../../src/core/source-text.ts';
import { connectionOptions } from '../../src/inventory/connection.ts';
import { readIniInventory } from '../../src/inventory/ini-inventory.ts';
import { InventoryBuilder, type LoadedInventory } from '../../src/inventory/inventory-builder.ts';
import { readYaml } from '../../src/inventory/inventory-yaml.ts';
import { explained, graph, listed } from '../../src/inventory/listing.ts';
import { readProgramInventory } from '../../src/inventory/program-inventory.ts';
import { revealSecrets } from '../../src/inventory/reveal-secrets.ts';
import { readYamlInventory } from '../../src/inventory/yaml-inventory.ts';
import { mutants } from '../fuzz/mutant.ts';
import { fuzzRuns, fuzzTimeout } from '../fuzz/runs.ts';
import { cases } from './ansible/cases.ts';

const numRuns = fuzzRuns;
vi.setConfig({ testTimeout: fuzzTimeout });

function read(text: string, kind: 'ini' | 'yaml'): { inventory: LoadedInventory; findings: Diagnostic[] } {
  const builder = new InventoryBuilder();
  const findings: Diagnostic[] = [];
  if (kind === 'ini') readIniInventory({ source: new SourceText('i', text), builder, findings });
  else {
    const document = readYaml(new TextEncoder().encode(text), 'i');
    if (document) readYamlInventory(document.root, { ...document, builder, findings });
  }
  return { inventory: builder.build(), findings };
}

/** What was read hangs together, and each host can be reached or is refused with its reason. */
function consistent(inventory: LoadedInventory): void {
  expect(JSON.parse(JSON.stringify(listed(inventory, inventory.hosts)))).toBeDefined();
  expect(graph(inventory, 'all').length).toBeGreaterThan(0);
  for (const host of inventory.hosts) {
    expect(host.name).toMatch(/^[^-\s]/);
    expect(host.groups).toContain('all');
    for (const group of host.groups) expect(inventory.groups.get(group)).toContain(host.name);
    const told = explained(inventory, host.name).filter((line) => !line.startsWith(' '));
    expect(told.length).toBe(Object.keys(host.vars).length);
    expect(host.secrets ?? []).toEqual(
      (host.secrets ?? []).filter(({ path: [name = ''] }) => Object.hasOwn(host.vars, name)),
    );
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
    `k="{'from': 'env', 'name': 'HOME'}"`,
    "k='1,2'",
    "k='\\x4'",
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

const node = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'medium' },
    fc.constantFrom(
      '~',
      '1',
      'x',
      '"a"',
      '!secret longer',
      '!secret x',
      '!vault x',
      '!unsafe "{{ x }}"',
      '!!str 1',
      '*a',
      '&a 1',
    ),
    fc.constantFrom(
      '{from: env, name: HOME}',
      '!secret {from: env, name: HOME}',
      '{from: file, path: /nowhere}',
      '!secret',
    ),
    fc.array(tie('node'), { maxLength: 2 }).map((items) => `[${items.join(', ')}]`),
    fc
      .array(fc.tuple(key, tie('node')), { maxLength: 4 })
      .map((entries) => `{${entries.map(([name, value]) => `"${name}": ${value}`).join(', ')}}`),
  ),
}));

test('any YAML text with tags: read, or refused with its place', async () => {
  const texts = node.node.map((inside) => `all: {hosts: {h: {v: ${inside}}}, vars: {v: ${inside}, w: ${inside}}}\n`);
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      const { inventory, findings } = await orFindings(() => read(text, 'yaml'));
      for (const { at } of findings) expect(at).toMatchObject({ file: 'i', line: 1 });
      if (findings.length > 0 || !inventory) return;
      consistent(inventory);
      const { hosts, values } = await orRefusal(
        revealSecrets(inventory.hosts, async () => ({ code: 1, stdout: '', stderr: '' })),
      );
      for (const value of values)
        expect(JSON.stringify(inventory.hosts)).not.toContain(JSON.stringify(value).slice(1, -1));
      for (const host of hosts) expect(Object.keys(host.vars)).toEqual(Object.keys(inventory.hosts[0]?.vars ?? {}));
    }),
    { numRuns },
  );
});

async function orFindings<T extends { findings: readonly Diagnostic[] }>(work: () => T) {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { inventory: undefined, findings: error.diagnostics };
  }
}

const orRefusal = (work: ReturnType<typeof revealSecrets>) =>
  work.catch((error) => {
    expect(error).toBeInstanceOf(InputError);
    return { hosts: [], values: [] };
  });

test('any answer of a program', async () => {
  const answer = fc.oneof(
    value.map((content) => JSON.stringify(content)),
    fc
      .dictionary(
        fc.constantFrom('all', 'a', 'b', '_meta', 'x y', '__proto__'),
        fc.oneof(
          value,
          fc.record({ hosts: fc.constant(['h', 'a']), children: fc.constantFrom(['b'], ['a']), vars: value }),
        ),
      )
      .map((content) => JSON.stringify(content)),
    fc.string(),
  );
  await fc.assert(
    fc.asyncProperty(answer, answer, fc.integer({ min: 0, max: 9 }), async (list, host, code) => {
      const builder = new InventoryBuilder();
      const run = async (argv: readonly string[]) => {
        return { code: code === 9 ? 1 : 0, stdout: argv[1] === '--list' ? list : host, stderr: '' };
      };
      await readProgramInventory('/p', run, builder).catch((error) => expect(error).toBeInstanceOf(InputError));
      consistent(builder.build());
    }),
    { numRuns },
  );
});

test('any YAML values', () => {
  fc.assert(
    fc.property(value, (content) => consistent(read(JSON.stringify(content), 'yaml').inventory)),
    { numRuns },
  );
});

/** Those that are held against Ansible's own. */
const files = cases.flatMap((one) => Object.values(one.files).map((text) => Buffer.from(text)));

test('an inventory with some mistakes', async () => {
  await fc.assert(
    fc.asyncProperty(mutants(files), async (bytes) => {
      const text = new TextDecoder().decode(bytes);
      for (const kind of ['ini', 'yaml'] as const) {
        const { inventory, findings } = await orFindings(() => read(text, kind));
        for (const finding of findings) expect(formatDiagnostic(finding)).not.toMatch(/[\0-\x08\x0b-\x1f\x7f]/);
        if (inventory) consistent(inventory);
      }
    }),
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
