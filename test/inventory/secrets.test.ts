import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Host } from '../../src/core/inventory.ts';
import { connectionOptions } from '../../src/inventory/connection.ts';
import { explained, listed } from '../../src/inventory/listing.ts';
import { loadInventory } from '../../src/inventory/load-inventory.ts';
import { revealSecrets } from '../../src/inventory/reveal-secrets.ts';
import { runLocal } from '../../src/transport/run-local.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unwedge-'));
  process.env.UNWEDGE_TEST_SECRET = 'from the environment';
});
afterEach(async () => {
  delete process.env.UNWEDGE_TEST_SECRET;
  await rm(folder, { recursive: true });
});

async function load(text: string, name = 'hosts.yml') {
  await writeFile(join(folder, name), text);
  return loadInventory([join(folder, name)], runLocal);
}
const first = (hosts: readonly Host[]) => hosts[0]?.vars;
const revealed = async (text: string, name?: string) => revealSecrets((await load(text, name)).hosts, runLocal);

const ALL = `all:
  vars:
    ansible_become_password: !secret {from: command, argv: [printf, '%s\\n', from a command]}
    token: {from: env, name: UNWEDGE_TEST_SECRET}
  hosts:
    h:
      db: {user: ops, passwords: [{from: file, path: key}, !secret written here]}
      rule: {from: file, to: anywhere}
`;

describe('until a run needs them, a mask stands in their place', () => {
  test('in variables, the list and the explanation', async () => {
    const inventory = await load(ALL);
    const masked = { ansible_become_password: '***', token: '***', db: { user: 'ops', passwords: ['***', '***'] } };
    expect(first(inventory.hosts)).toEqual({ ...masked, rule: { from: 'file', to: 'anywhere' } });
    const shown = JSON.stringify(listed(inventory, inventory.hosts)) + explained(inventory, 'h').join('\n');
    expect(shown).not.toMatch(/written here|from a command/);
  });

  test('and nothing is run, read or asked', async () => {
    await expect(load('h: {hosts: {h: {a: {from: command, argv: [/nowhere/to/be/found]}}}}')).resolves.toBeDefined();
  });
});

describe('revealed', () => {
  test('each from its place, nested ones too; the line end behind a text is dropped', async () => {
    await writeFile(join(folder, 'key'), 'from a file\r\n');
    const { hosts, values } = await revealed(ALL);
    expect(first(hosts)).toEqual({
      ...{ ansible_become_password: 'from a command', token: 'from the environment' },
      ...{ db: { user: 'ops', passwords: ['from a file', 'written here'] }, rule: { from: 'file', to: 'anywhere' } },
    });
    const all = ['from a command', 'from a file', 'from the environment', 'written here'];
    expect([...values].sort()).toEqual(all);
  });

  test('a hidden one of a group is not taken', async () => {
    const text = 'g: {vars: {a: {from: env, name: UNWEDGE_NOT_SET}}, hosts: {h: {a: plain}}}';
    expect(first((await revealed(text)).hosts)).toEqual({ a: 'plain' });
  });

  test('the same place once, whoever names it', async () => {
    const count = join(folder, 'count');
    const command = `{from: command, argv: [sh, -c, 'echo x >>"$1"; echo secret', sh, '${count}']}`;
    const inventory = await load(`g: {vars: {a: ${command}, b: ${command}}, hosts: {"h[1:50]": }}`);
    const { hosts, values } = await revealSecrets(inventory.hosts, runLocal);
    expect(hosts.map(({ vars }) => vars)).toEqual(Array(50).fill({ a: 'secret', b: 'secret' }));
    expect(values).toEqual(['secret']);
    expect((await runLocal(['cat', count], 10)).stdout).toBe('x\n');
  });

  test('from INI and from a program, too', async () => {
    const map = "{'from': 'env', 'name': 'UNWEDGE_TEST_SECRET'}";
    expect(first((await revealed(`h a="${map}"\n[all:vars]\nb = ${map}\n`, 'hosts')).hosts)).toEqual({
      ...{ a: 'from the environment', b: 'from the environment' },
    });
  });

  test('long lines of a secret are hidden on their own', async () => {
    await writeFile(join(folder, 'key'), '{\n  "private_key": "x"\n}\n');
    const { values } = await revealed('g: {hosts: {h: {a: {from: file, path: key}}}}');
    expect(values).toEqual(['{\n  "private_key": "x"\n}', '  "private_key": "x"']);
  });
});

describe('refused, with its place', () => {
  const of = (value: string) => `g:\n  hosts:\n    h:\n      a: ${value}\n`;
  test.each([
    ['{from: env, name: UNWEDGE_NOT_SET}', 'the environment variable UNWEDGE_NOT_SET is not set'],
    ['{from: file, path: nothing}', "can't read the secret: ENOENT"],
    ["{from: command, argv: [sh, -c, 'echo no key >&2; exit 3']}", 'sh gave no secret: exit code 3: no key'],
    ['{from: command, argv: [/nowhere/to/be/found]}', '/nowhere/to/be/found'],
    ['{from: command, argv: ["true"]}', 'the secret is empty; it could not be kept out of sight'],
    ['!secret abc', 'the secret has less than 4 characters'],
  ])('%s', async (value, message) => {
    await expect(revealed(of(value))).rejects.toMatchObject({
      message: expect.stringContaining(message),
      diagnostics: [{ at: { file: join(folder, 'hosts.yml'), line: 4 }, todo: expect.any(String) }],
    });
  });

  test.each(['{from: evn, name: X}', '{from: env, nmae: X}', '[a]', '{a: b}', '', '{from: command, argv: x}'])(
    '!secret %s is none',
    async (value) => {
      await expect(load(of(`!secret ${value}`))).rejects.toMatchObject({
        diagnostics: [{ message: 'a secret is a text, or says where one is to be had', at: { line: 4, column: 10 } }],
      });
    },
  );

  test('all of them at once', async () => {
    const text = 'g: {hosts: {h: {a: !secret x, b: {from: env, name: UNWEDGE_NOT_SET}}}}';
    await expect(revealed(text)).rejects.toMatchObject({ diagnostics: { length: 2 } });
  });

  test('where the journal would tell it', async () => {
    const { hosts } = await revealed('g: {hosts: {h: {ansible_user: !secret somebody}}}');
    expect(() => hosts.map((host) => connectionOptions(host, { connectTimeout: 1 }))).toThrow(
      "host h: ansible_user: it can't be a secret: the journal tells it",
    );
  });
});
