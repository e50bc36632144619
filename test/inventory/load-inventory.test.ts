import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Inventory } from '../../src/core/inventory.ts';
import { loadInventory } from '../../src/inventory/load-inventory.ts';
import { runLocal } from '../../src/transport/run-local.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unwedge-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function load(files: Record<string, string>, ...more: string[]): Promise<Inventory> {
  const sources = await Promise.all(
    Object.entries(files).map(async ([name, text]) => {
      await writeFile(join(folder, name), text);
      return join(folder, name);
    }),
  );
  return loadInventory([...sources, ...more], runLocal);
}

const names = (inventory: Inventory): string[] => inventory.hosts.map((host) => host.name);
const vars = (inventory: Inventory, name: string) => inventory.hosts.find((host) => host.name === name)?.vars;
const groups = (inventory: Inventory, name: string) => inventory.hosts.find((host) => host.name === name)?.groups;

const yaml = `
all:
  vars: { level: all, from_all: 1 }
  hosts:
    alone:
  children:
    web:
      hosts:
        web[1:3]:
          level: host
        web9:
      children:
        api:
          vars: { level: api, deep: true }
          hosts:
            api1:
            web9:
      vars: { level: web }
db:
  hosts:
    db1:2222: { ansible_user: root }
  vars:
    level: db
`;

const ini = `
# the same, as INI
alone   ; not a comment
[web]
web[1:3] level=host
web9
[web:children]
api
[api]
api1
web9   # in two groups
[api:vars]
level=api
deep = True
[web:vars]
level = web
[all:vars]
level=all
from_all=1
[db]
db1:2222 ansible_user=root
[db:vars]
level = db
`.replace('   ; not a comment', '');

describe.each([
  ['YAML', 'inventory.yaml', yaml],
  ['INI', 'inventory.ini', ini],
  ['YAML without an ending', 'hosts', yaml],
  ['INI without an ending', 'hosts', ini],
])('%s', (_, file, text) => {
  test('groups, nested ones too', async () => {
    const inventory = await load({ [file]: text });
    expect(names(inventory)).toEqual(['alone', 'web1', 'web2', 'web3', 'web9', 'api1', 'db1']);
    expect(groups(inventory, 'alone')).toEqual(['all', 'ungrouped']);
    expect(groups(inventory, 'web1')).toEqual(['all', 'web']);
    expect(groups(inventory, 'api1')).toEqual(['all', 'api', 'web']);
    expect(inventory.groups.get('web')).toEqual(['web1', 'web2', 'web3', 'web9', 'api1']);
    expect(inventory.groups.get('ungrouped')).toEqual(['alone']);
    // As Ansible counts them: group by group.
    expect(inventory.groups.get('all')).toEqual(['alone', 'web1', 'web2', 'web3', 'web9', 'db1', 'api1']);
  });

  test("a group's own hosts come first, in its own order", async () => {
    const inventory = await load({ [file]: text });
    expect(inventory.groups.get('api')).toEqual(['api1', 'web9']);
  });

  test('variables: the host over its groups, the deeper group over the other, all lowest', async () => {
    const inventory = await load({ [file]: text });
    expect(vars(inventory, 'web1')).toEqual({ level: 'host', from_all: 1 });
    expect(vars(inventory, 'web9')).toEqual({ level: 'api', from_all: 1, deep: true });
    expect(vars(inventory, 'alone')).toEqual({ level: 'all', from_all: 1 });
    expect(vars(inventory, 'db1')).toEqual({ level: 'db', from_all: 1, ansible_port: 2222, ansible_user: 'root' });
  });
});

describe('precedence', () => {
  test('between groups of one depth the later name wins, whatever their order', async () => {
    const inventory = await load({
      'i.yaml': 'b: { hosts: { h: }, vars: { x: b } }\na: { hosts: { h: }, vars: { x: a, y: a } }\n',
    });
    expect(vars(inventory, 'h')).toEqual({ x: 'b', y: 'a' });
  });

  test('ansible_group_priority changes that', async () => {
    const inventory = await load({ i: '[a]\nh\n[b]\nh\n[a:vars]\nx=a\nansible_group_priority=10\n[b:vars]\nx=b\n' });
    expect(vars(inventory, 'h')).toEqual({ x: 'a' });
  });

  test('a later source wins and adds', async () => {
    const inventory = await load(
      { 'a.yaml': 'web: { hosts: { h: { x: 1, y: 1 } } }', 'b.ini': '[web]\nh x=2\nk\n' },
      'l1,l2:22,',
    );
    expect(names(inventory)).toEqual(['h', 'k', 'l1', 'l2']);
    expect(vars(inventory, 'h')).toEqual({ x: 2, y: 1 });
    expect(vars(inventory, 'l2')).toEqual({ ansible_port: 22 });
    expect(inventory.groups.get('ungrouped')).toEqual(['l1', 'l2']);
  });

  test('a group named __proto__ or constructor is one like any other', async () => {
    const inventory = await load({ 'i.yaml': '__proto__: { hosts: { constructor: { __proto__: 1, toString: 2 } } }' });
    expect(groups(inventory, 'constructor')).toEqual(['__proto__', 'all']);
    expect(Object.keys(vars(inventory, 'constructor') ?? {})).toEqual(['__proto__', 'toString']);
  });
});

test('YAML is read as Ansible reads it', async () => {
  const inventory = await load({ 'i.yaml': 'g: { hosts: { h: { a: yes, b: 0644, c: "no", yes: 1 } } }' });
  expect(vars(inventory, 'h')).toEqual({ a: true, b: 420, c: 'no', yes: 1 });
});

describe('INI', () => {
  test('values are Python literals, in groups too', async () => {
    const inventory = await load({
      i: `[g]\nh a=1 b=True c="two words" d='[1, "x"]' e=0644 f="'1'" g=None h=1.5 i=yes j={} k=a=b\n[g:vars]\nl = {'x': (1, 2)}\nm = text # kept\nn = 8080 # dropped\n`,
    });
    expect(vars(inventory, 'h')).toEqual({
      ...{ a: 1, b: true, c: 'two words', d: [1, 'x'], e: '0644', f: '1', g: null, h: 1.5, i: 'yes', j: {}, k: 'a=b' },
      ...{ l: { x: [1, 2] }, m: 'text # kept', n: 8080 },
    });
  });

  test('groups may be named before they are declared; comments, CRLF and blank lines', async () => {
    const inventory = await load({
      i: '[p:children] # parents\r\nc\r\n\r\n; x\r\n[c]\r\nh1\r\n  h2  # two\r\n[p:vars]\r\nx=1\r\n',
    });
    expect(groups(inventory, 'h2')).toEqual(['all', 'c', 'p']);
    expect(vars(inventory, 'h1')).toEqual({ x: 1 });
  });
});

describe('what would be passed over in silence is refused', () => {
  test('a missing file', () =>
    expect(loadInventory(['/nowhere/hosts'], runLocal)).rejects.toThrow(
      "can't read the inventory /nowhere/hosts: no such file",
    ));
  test('a folder without one', async () => {
    await writeFile(join(folder, 'hosts.ini'), 'h\n');
    await expect(loadInventory([folder], runLocal)).rejects.toMatchObject({
      diagnostics: [
        { message: `no inventory in the folder ${folder}`, todo: expect.stringContaining('hosts.ini is passed over') },
      ],
    });
  });
  test('no source', () => expect(loadInventory([], runLocal)).rejects.toThrow('no inventory'));
  test('a host in a list that is an option', () =>
    expect(loadInventory(['a,-oProxyCommand=x'], runLocal)).rejects.toThrow('begins with -'));

  test('all of it at once', async () => {
    await expect(load({ 'a.yaml': 'x: [', 'b.ini': '[x' }, '-h,')).rejects.toMatchObject({
      diagnostics: { length: 3 },
    });
  });
});

test('the example of this repository', async () => {
  const inventory = await loadInventory([new URL('../../inventory.example.yaml', import.meta.url).pathname], runLocal);
  expect(names(inventory)).toContain('web03.example.com');
  expect(vars(inventory, 'localhost')?.ansible_connection).toBe('local');
});

test('five thousand hosts in a moment', async () => {
  const started = performance.now();
  const inventory = await load({
    'i.yaml': `all:\n  children:\n    a:\n      hosts:\n        web[0001:5000].example.com: { x: 1 }\n      vars: { y: 2 }\n`,
  });
  expect(inventory.hosts.length).toBe(5000);
  expect(vars(inventory, 'web4999.example.com')).toEqual({ x: 1, y: 2 });
  expect(performance.now() - started).toBeLessThan(2000);
});

describe('a program as inventory', () => {
  const program = async (text: string) => {
    const file = join(folder, 'dynamic');
    await writeFile(file, `#!/bin/sh\n${text}\n`);
    await chmod(file, 0o755);
    return loadInventory([file], runLocal);
  };
  const list = (of: object) => `case $1 in --list) echo '${JSON.stringify(of)}' ;; *) echo '{"from": "'$2'"}' ;; esac`;

  test('groups, children, variables, and hosts asked for one by one', async () => {
    const inventory = await program(
      list({ web: { hosts: ['w1'], vars: { rack: 7 } }, db: ['d1'], site: { children: ['web'] } }),
    );
    expect(inventory.hosts.map(({ name, groups, vars }) => [name, groups, vars])).toEqual([
      ['w1', ['all', 'site', 'web'], { rack: 7, from: 'w1' }],
      ['d1', ['all', 'db'], { from: 'd1' }],
    ]);
  });

  test('_meta saves a call per host', async () => {
    const inventory = await program(list({ web: ['w1'], _meta: { hostvars: { w1: { ansible_port: 2222 } } } }));
    expect(inventory.hosts[0]?.vars).toEqual({ ansible_port: 2222 });
  });

  test.each([
    ['fails', 'echo no cloud >&2; exit 3', /exit code 3: no cloud/],
    ['prints no JSON', 'echo hello', /printed no JSON object/],
    ['prints a list', "echo '[]'", /printed no JSON object/],
    ['names a host that is an option', list({ web: ['-oProxyCommand=x'] }), /begins with -/],
    ['names a group in a circle', list({ a: { children: ['b'] }, b: { children: ['a'] } }), /its own ancestor/],
    ['gives hosts that are no list', list({ web: { hosts: 'w1' } }), /hosts of group 'web' is not a list of names/],
  ])('one that %s is refused', async (_, text, message) => {
    await expect(program(text)).rejects.toThrow(message);
  });
});
