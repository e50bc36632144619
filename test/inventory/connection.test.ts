import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { targets } from '../../src/app/targets.ts';
import { InputError } from '../../src/core/diagnostic.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { SourceText } from '../../src/core/source-text.ts';
import { blameIn } from '../../src/inventory/blame.ts';
import { type ConnectionDefaults, connectionOptions } from '../../src/inventory/connection.ts';
import { readIniInventory } from '../../src/inventory/ini-inventory.ts';
import { InventoryBuilder } from '../../src/inventory/inventory-builder.ts';

const options = (vars: JsonObject, defaults: Partial<ConnectionDefaults> = {}) =>
  connectionOptions({ name: 'web1', groups: ['all'], vars }, { connectTimeout: 10, ...defaults });

test('without variables, what the command line and ssh say', () => {
  expect(options({})).toEqual({
    name: 'web1',
    kind: 'ssh',
    address: 'web1',
    port: undefined,
    user: undefined,
    privateKey: undefined,
    sshArgs: [],
    connectTimeout: 10,
    become: undefined,
  });
});

describe('variables win over the command line, as in Ansible', () => {
  const defaults = {
    user: 'cli',
    privateKey: 'cli.key',
    sshCommonArgs: '-J cli',
    connection: 'ssh',
    become: true,
    becomeUser: 'cli',
    becomePassword: 'cli',
  };
  const vars = {
    ansible_host: '192.0.2.1',
    ansible_port: '2222',
    ansible_user: 'ops',
    ansible_ssh_private_key_file: '~/.ssh/id',
    ansible_ssh_common_args: `-J 'jump host' -o "User Name"=x`,
    ansible_ssh_extra_args: '-v',
    ansible_timeout: 30,
    ansible_become_user: 'admin',
    ansible_become_pass: 'secret',
  };

  test('all of them', () => {
    expect(options(vars, defaults)).toEqual({
      name: 'web1',
      kind: 'ssh',
      address: '192.0.2.1',
      port: 2222,
      user: 'ops',
      privateKey: '~/.ssh/id',
      sshArgs: ['-J', 'jump host', '-o', 'User Name=x', '-v'],
      connectTimeout: 30,
      become: { user: 'admin', password: 'secret' },
    });
  });

  test('the command line alone', () => {
    expect(options({}, defaults)).toMatchObject({
      user: 'cli',
      privateKey: resolve('cli.key'),
      sshArgs: ['-J', 'cli'],
      become: { user: 'cli', password: 'cli' },
    });
  });

  test.each<[JsonObject, Partial<ConnectionDefaults>, object | undefined]>([
    [{ ansible_become: 'yes' }, {}, { user: 'root', password: undefined }],
    [{ ansible_become: true }, { becomePassword: 'K' }, { user: 'root', password: 'K' }],
    [{ ansible_become: 'False' }, { become: true }, undefined],
    [{ ansible_become_user: 'x' }, {}, undefined],
  ])('become: %j %j', (over, cli, become) => expect(options(over, cli).become).toEqual(become));

  test.each([
    [{ ansible_connection: 'local' }, {}, 'local'],
    [{}, { connection: 'local' }, 'local'],
    [{ ansible_connection: 'ansible.builtin.ssh' }, { connection: 'local' }, 'ssh'],
    [{ ansible_connection: 'smart' }, {}, 'ssh'],
  ])('connection: %j %j', (over, cli, kind) => expect(options(over, cli).kind).toBe(kind));

  test("Ansible's older names", () => {
    expect(options({ ansible_ssh_host: 'h', ansible_ssh_port: 22, ansible_ssh_user: 'u' })).toMatchObject({
      address: 'h',
      port: 22,
      user: 'u',
    });
  });
});

describe('what is refused, with host and variable', () => {
  test.each<[JsonObject, string]>([
    [
      { ansible_host: '-oProxyCommand=x' },
      "host web1: ansible_host: '-oProxyCommand=x' can't be a host name: it begins with -",
    ],
    [{ ansible_host: 'a b' }, 'white space'],
    [{ ansible_host: '{{ ip }}' }, 'host web1: ansible_host: templates ({{ }}) are not evaluated'],
    [{ ansible_host: ['a'] }, 'host web1: ansible_host: it must be a string'],
    [{ ansible_user: '-lroot' }, "host web1: ansible_user: '-lroot' can't be a user"],
    [{ ansible_user: '' }, "host web1: ansible_user: '' can't be a user"],
    [{ ansible_port: 0 }, "host web1: ansible_port: '0' is not a whole number from 1 to 65535"],
    [{ ansible_port: 'ssh' }, "'ssh' is not a whole number"],
    [{ ansible_timeout: 0 }, "host web1: ansible_timeout: '0' is not a whole number from 1 to 86400"],
    [{ ansible_connection: 'docker' }, "host web1: ansible_connection: the connection 'docker' is not supported"],
    [{ ansible_become: true, ansible_become_method: 'su' }, "host web1: ansible_become_method: 'su' is not supported"],
    [{ ansible_become: 'maybe' }, 'host web1: ansible_become: "maybe" is neither true nor false'],
    [{ ansible_become: { toString: 1 } }, 'is neither true nor false'],
    [{ ansible_ssh_common_args: '-o "x' }, 'host web1: ansible_ssh_common_args: a quote " is never closed'],
    [{ ansible_ssh_common_args: 'a\nb' }, 'host web1: ansible_ssh_common_args: it holds a line break or NUL'],
    [{ ansible_password: 'x' }, 'host web1: ansible_password: logging in by password is not supported'],
  ])('%j', (vars, message) => expect(() => options(vars)).toThrow(message));
});

describe('an error shows the line that set the variable', () => {
  const inventory = readInventory('web1 ansible_ssh_port=x\nweb2\n[all:vars]\nansible_become = perhaps\n');
  const of = (host: string, over: JsonObject = {}) =>
    inventory.hosts
      .filter(({ name }) => name === host)
      .map((one) =>
        connectionOptions(
          { ...one, vars: { ...one.vars, ...over } },
          { connectTimeout: 1 },
          blameIn(inventory, host, over),
        ),
      );

  test.each<[string, object]>([
    ['web1', { at: { file: 'hosts', line: 1, column: 6 }, length: 'ansible_ssh_port'.length }],
    ['web2', { at: { file: 'hosts', line: 4, column: 1 }, source: 'ansible_become = perhaps' }],
  ])('%s', (host, place) => {
    expect(() => of(host)).toThrow(expect.objectContaining({ diagnostics: [expect.objectContaining(place)] }));
  });

  test('once, whatever number of hosts it is for', async () => {
    const many = readInventory('[g]\nw[1:30]\nx ansible_port=y\n[g:vars]\nansible_connection=docker\n');
    const told = await targets(many.hosts, { timeout: 1 }, undefined, (host) => blameIn(many, host, {})).catch(
      (error) => error.diagnostics,
    );
    expect(told).toMatchObject([
      { message: "host w1 and 30 more: ansible_connection: the connection 'docker' is not supported", at: { line: 5 } },
    ]);
  });

  test('but not a line with a password in it', () => {
    const one = readInventory('web1 ansible_become_pass=hunter22 ansible_port=x');
    const { at, source } = thrown(() =>
      one.hosts.map((host) => connectionOptions(host, { connectTimeout: 1 }, blameIn(one, host.name, {}))),
    );
    expect({ at, source }).toMatchObject({ at: { line: 1, column: 35 }, source: undefined });
  });

  test('but not where -e has set it', () => {
    const { at } = thrown(() => of('web2', { ansible_become: 'maybe' }));
    expect(at).toBeUndefined();
  });
});

function readInventory(text: string) {
  const builder = new InventoryBuilder();
  readIniInventory({ source: new SourceText('hosts', text), builder, findings: [] });
  return builder.build();
}

function thrown(work: () => unknown) {
  try {
    work();
  } catch (error) {
    if (error instanceof InputError && error.diagnostics[0]) return error.diagnostics[0];
  }
  throw new Error('nothing was refused');
}
