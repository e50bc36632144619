import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../architecture/project.ts';
import { cases } from '../inventory/ansible/cases.ts';
import { sourcesIn, usable, written } from '../inventory/ansible/inventories.ts';
import { level, sample } from '../level.ts';
import { Controller } from './controller.ts';
import { personality } from './docker/personality.ts';
import { bootFleet, type Fleet, simAvailable } from './fleet.ts';

const folder = join(packageRoot, 'playbooks');
const playbooks = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const HOST = 'h1';

/** All formats with all playbooks, and every inventory; else all of each, and some of the inventories. */
const ALL = level === 'full';
const inventories = sample(usable(cases), 15, 'inventories');

describe.skipIf(simAvailable())(
  'shipped playbooks with inventories of Ansible, as they are',
  { timeout: 300_000 },
  () => {
    let fleet: Fleet;
    let controller: Controller;
    /** How the one simulated host is reached, as Ansible's users write it. */
    let vars: Record<string, string | number>;

    beforeAll(async () => {
      fleet = await bootFleet([{ name: HOST, personality: personality('el7-17.12-overlay2') }]);
      controller = new Controller(fleet.inventory);
      const common = fleet.ssh(HOST).slice(1, fleet.ssh(HOST).indexOf('-i')).join(' ');
      vars = {
        ...{ ansible_host: '127.0.0.1', ansible_port: fleet.port(HOST), ansible_user: 'root' },
        ...{ ansible_ssh_private_key_file: fleet.key, ansible_ssh_common_args: common },
      };
    });
    afterAll(async () => {
      controller.remove();
      await fleet.close();
    });

    const put = (files: Readonly<Record<string, string>>): void => {
      for (const [path, text] of Object.entries(files)) {
        const file = join(controller.directory, path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
        if (text.startsWith('#!')) chmodSync(file, 0o755);
      }
    };
    const check = async (playbook: string, ...args: readonly string[]) => {
      const call = controller.call('run', join(folder, playbook), '--check', '--output', 'json', ...args);
      const code = await call.ended;
      return { code, stderr: call.stderr, hosts: Object.keys(call.statuses) };
    };
    const line = () =>
      Object.entries(vars)
        .map(([name, value]) => `${name}='${value}'`)
        .join(' ');
    const json = () => JSON.stringify(vars);
    const lines = () =>
      Object.entries(vars)
        .map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
        .join('');
    const program = (list: object, more = '') =>
      `#!/bin/sh\ncase $1 in --list) cat <<'E'\n${JSON.stringify(list)}\nE\n;; --host) echo '${more}' ;; esac\n`;

    const FORMATS: readonly (readonly [string, () => Record<string, string>, string, readonly string[]])[] = [
      ['INI', () => ({ hosts: `[web]\nw[1:2] ${line()}\n[eu:children]\nweb\n` }), 'hosts', ['w1', 'w2']],
      ['YAML', () => ({ 'a.yml': `all: {children: {web: {hosts: {w1: ${json()}}}}}\n` }), 'a.yml', ['w1']],
      ['a program', () => ({ 'p.py': program({ web: ['w1'], _meta: { hostvars: { w1: vars } } }) }), 'p.py', ['w1']],
      ['a program that is asked of each host', () => ({ 'q.sh': program({ web: ['w1'] }, json()) }), 'q.sh', ['w1']],
      [
        'a folder of them',
        () => ({
          'd/10-hosts': '[web]\nw1\n',
          'd/20-more.yml': 'db: {hosts: {d1: ~}}\n',
          'd/group_vars/all/connection.yml': lines(),
        }),
        'd',
        ['w1', 'd1'],
      ],
      [
        'group_vars and host_vars beside it',
        () => ({
          'v/hosts.ini': '[web]\nw1\n',
          'v/group_vars/web.yml': lines(),
          'v/host_vars/w1': 'owner: "{{ me }}"\n',
        }),
        'v/hosts.ini',
        ['w1'],
      ],
    ];

    it.each(FORMATS)('%s, and shipped playbooks', async (_, files, source, hosts) => {
      put(files());
      const first = source === 'hosts' || ALL;
      for (const playbook of playbooks.slice(0, first ? undefined : 1)) {
        const told = await check(playbook, '-i', source);
        expect({ playbook, ...told }).toEqual({ playbook, code: 0, stderr: expect.any(String), hosts });
      }
    });

    it('a list of hosts, with flags for the rest', async () => {
      const flags = [
        '-u',
        'root',
        '--private-key',
        fleet.key,
        '--ssh-common-args',
        String(vars.ansible_ssh_common_args),
      ];
      const told = await check('free-dead-containers.yaml', '-i', `127.0.0.1:${fleet.port(HOST)},`, ...flags);
      expect(told).toMatchObject({ code: 0, hosts: ['127.0.0.1'] });
    });

    it('a vault is refused before any host is touched, with what to do', async () => {
      put({ 'x/hosts': 'w1\n', 'x/group_vars/all': '$ANSIBLE_VAULT;1.1;AES256\n6162\n' });
      const { code, stderr } = await check('free-dead-containers.yaml', '-i', 'x/hosts');
      expect(code).toBe(1);
      expect(stderr).toContain(
        "group_vars/all:1:1: error: this file is encrypted by Ansible's vault, and there is no vault password",
      );
      expect(stderr).toContain('--vault-password-file FILE');
    });

    /** -e wins over what the inventory says of connections; all of its hosts are the one that there is. */
    const here = () => ['-e', JSON.stringify({ ...vars, ansible_connection: 'ssh', ansible_become: false })];

    it.each(inventories.map((one, i) => [one.name, one, playbooks[i % playbooks.length] ?? ''] as const))(
      '%s',
      async (_, of, playbook) => {
        const place = written(of);
        const sources = sourcesIn(place, of).flatMap((source) => ['-i', source]);
        const told = await check(playbook, ...sources, '-l', 'all[0]', ...here());
        rmSync(place, { recursive: true });
        expect(told).toMatchObject({ code: 0 });
        expect(told.hosts.length).toBeGreaterThan(0);
      },
    );
  },
);
