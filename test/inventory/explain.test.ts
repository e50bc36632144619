import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { explained, graph, shownVars } from '../../src/inventory/listing.ts';
import { loadInventory } from '../../src/inventory/load-inventory.ts';
import { playbookFolder } from '../../src/inventory/vars-folders.ts';
import { runLocal } from '../../src/transport/run-local.ts';
import { cases } from './ansible/cases.ts';
import { sourcesIn, written } from './ansible/inventories.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unwedge-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (files: Record<string, string>): void => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
};
const explain = async (host: string, ...sources: string[]) => {
  const inventory = await loadInventory(
    sources.map((source) => join(folder, source)),
    runLocal,
    { playbookFolder: join(folder, 'play') },
  );
  return explained(inventory, host).join('\n').replaceAll(`${folder}/`, '');
};

test('every place, with what it hides, the nearest first', async () => {
  write({
    'one/hosts': '[web]\nh port=1 only=1\n[web:vars]\nport=web\n',
    'two/hosts.yml': 'all:\n  vars: {port: all}\nweb:\n  hosts:\n    h:\n      port: 2\n',
    'one/group_vars/web.yml': '# the port\nport: gv\n',
    'two/host_vars/h/a.json': '{\n  "port": "hv"}',
    'play/group_vars/all': 'port: play\n',
    'play/host_vars/h.yml': 'port: [8, {a: "b"}]\n',
  });
  expect(await explain('h', 'one/hosts', 'two/hosts.yml')).toBe(`only = 1
    level 3, host, one/hosts:2:10
port = [8,{"a":"b"}]
    level 4, host_vars, play/host_vars/h.yml:1:1
    hides "hv" of level 4, host_vars, two/host_vars/h/a.json:2:3
    hides 2 of level 3, host, two/hosts.yml:6:7
    hides 1 of level 3, host, one/hosts:2:3
    hides "gv" of level 2, group_vars of web, one/group_vars/web.yml:2:1
    hides "play" of level 2, group_vars of all, play/group_vars/all:1:1
    hides "web" of level 1, group web, one/hosts:4:1
    hides "all" of level 1, group all, two/hosts.yml:2:10`);
});

test('a port behind a name, a list on the command line, a program', async () => {
  write({ hosts: 'h:2222\n' });
  expect(await explain('h', 'hosts')).toBe('ansible_port = 2222\n    level 3, host, hosts:1:1');
  const list = await loadInventory(['a,b:22,'], runLocal);
  expect(explained(list, 'b')).toEqual(['ansible_port = 22', '    level 3, host, -i:1:3']);
  writeFileSync(
    join(folder, 'dyn'),
    `#!/bin/sh\necho '{"g": {"hosts": ["h"], "vars": {"a": 1}}, "_meta": {"hostvars": {}}}'\n`,
    {
      mode: 0o755,
    },
  );
  expect(await explain('h', 'dyn')).toBe('a = 1\n    level 1, group g, dyn --list');
});

test.each(cases.filter(({ differs, name }) => !differs && !name.startsWith('refused')))(
  '$name: what it names first of each variable is what counts',
  async (of) => {
    const root = written(of);
    const inventory = await loadInventory(sourcesIn(root, of), runLocal, {
      playbookFolder: of.playbook === undefined ? undefined : join(root, of.playbook),
    });
    rmSync(root, { recursive: true });
    for (const { name, vars } of inventory.hosts) {
      const told = explained(inventory, name).filter((line) => !line.startsWith(' '));
      const known = Object.entries(shownVars(vars)).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
      expect(told.sort()).toEqual(known.sort());
    }
  },
);

test('the graph is the one of ansible-inventory', async () => {
  write({ hosts: 'lone\n[web]\nh1\n[site:children]\nweb\n[empty]\n' });
  const inventory = await loadInventory([join(folder, 'hosts')], runLocal);
  expect(graph(inventory, 'all').join('\n')).toBe(`@all:
  |--@ungrouped:
  |  |--lone
  |--@site:
  |  |--@web:
  |  |  |--h1
  |--@empty:`);
  expect(graph(inventory, 'web')).toEqual(['@web:', '  |--h1']);
  expect(() => graph(inventory, 'wbe')).toThrow("no group is named 'wbe'");
});

test("playbooks of several folders share no folder's variables", () => {
  write({ 'a/p.yml': '', 'a/q.yml': '', 'b/p.yml': '', 'c/group_vars/all': '' });
  const folderOf = (...paths: string[]) => playbookFolder(paths.map((path) => join(folder, path)));
  expect(folderOf('a/p.yml', 'a/q.yml')).toBe(join(folder, 'a'));
  expect(folderOf('a/p.yml', 'b/p.yml')).toBeUndefined();
  expect(() => folderOf('a/p.yml', 'c/p.yml')).toThrow(
    `${join(folder, 'c/group_vars')} is for the playbooks beside it, not for those of other folders`,
  );
});
