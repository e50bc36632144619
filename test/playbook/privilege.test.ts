import { expect, test } from 'vitest';
import type { Host } from '../../src/core/inventory.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { checkPlaybook } from '../../src/playbook/load-playbook.ts';
import { stepTypes } from '../../src/steps/index.ts';

const host = (name: string, vars: JsonObject): Host => ({ name, groups: ['all'], vars });
const SAM = [
  host('a', { ansible_user: 'root' }),
  host('b', { ansible_user: 'sam' }),
  host('c', { ansible_user: 'eve' }),
];
const UMOUNT = 'umount: { namespaces: [host] }';
const step = (become: string, entry = UMOUNT) => `- hosts: all\n  steps:\n    - ${entry}\n${become}`;
const NO = '      become: false\n';

const told = (text: string, hosts: readonly Host[], extraVars: JsonObject = {}): readonly string[] =>
  checkPlaybook(Buffer.from(text), 'p.yaml', { stepTypes, extraVars, selectHosts: () => hosts }).findings.map(
    ({ rule, message }) => `${rule}: ${message}`,
  );

test('a step for root alone is not left to another user', () => {
  expect(told(step(NO), SAM)).toEqual([
    "not-root: only root can do this, and become: false leaves it to the user 'sam' on b and 1 more of the play's hosts",
  ]);
});

interface Quiet {
  readonly where: string;
  readonly text?: string;
  readonly hosts?: readonly Host[];
  readonly extraVars?: JsonObject;
}

test.each<Quiet>([
  { where: 'it may become root', text: step('') },
  { where: 'another may do it, too', text: step(NO, 'scan: {}') },
  { where: 'root logs in', hosts: SAM.slice(0, 1) },
  { where: 'who logs in is not known', hosts: [host('a', {})] },
  { where: 'the command line has root log in', extraVars: { ansible_user: 'root' } },
  { where: 'nobody logs in', hosts: [host('a', { ansible_user: 'sam', ansible_connection: 'local' })] },
])('nothing is told where $where', ({ text = step(NO), hosts = SAM, extraVars = {} }) => {
  expect(told(text, hosts, extraVars)).toEqual([]);
});
