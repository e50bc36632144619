import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { InputError } from '../../src/core/diagnostic.ts';
import { loadInventory } from '../../src/inventory/load-inventory.ts';
import { revealSecrets } from '../../src/inventory/reveal-secrets.ts';
import { runLocal } from '../../src/transport/run-local.ts';

/** By ansible-vault 2.14, with the password pw-one: `vault_become: become-hunter2`, `vault_port: 2222`, `nested: {token: [abcd-token-1, x]}`. */
const SEALED = `$ANSIBLE_VAULT;1.1;AES256
63646363313833656661663161613136656163303463333765353330373439656266666463636563
6438626337313731623235653962363065636361646663300a663465376361366234656261666564
62363930376262393433646233643563363538363236633662336263396461663837353535396433
6336333330363666610a623635333136613337376638663964306236613965653139373563636231
36386263373863636530326133373434623636363033333366643835333536623836303732393930
34636138396365396535653438343137303638656665363264316334643037336233636263313137
36663531373739383464373062666632346462376633633638383366393638353933643334343564
63353836653263666333633861346630653535626663393833626338646230346634393830653932
3963
`;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unwedge-vault-'));
  mkdirSync(join(folder, 'group_vars/web'), { recursive: true });
  writeFileSync(join(folder, 'hosts'), '[web]\nw1\n');
  writeFileSync(join(folder, 'group_vars/web/vars.yml'), 'plain: a-plain-text\n');
  writeFileSync(join(folder, 'group_vars/web/vault.yml'), SEALED);
});
afterEach(() => rmSync(folder, { recursive: true }));
const load = (...passwords: string[]) =>
  loadInventory([join(folder, 'hosts')], runLocal, { passwords: async () => passwords });
const refused = (...passwords: string[]) =>
  load(...passwords).then(
    () => [],
    (error: unknown) => (error instanceof InputError ? error.diagnostics : [error]),
  );

it('a file of variables that is a vault is read, and each text of it is a secret', async () => {
  const { hosts } = await load('another', 'pw-one');
  expect(hosts[0]?.vars).toEqual({
    plain: 'a-plain-text',
    vault_become: '***',
    vault_port: 2222,
    nested: { token: ['***', 'x'] },
  });
  const { hosts: revealed, values } = await revealSecrets(hosts, runLocal);
  expect(revealed[0]?.vars).toMatchObject({ vault_become: 'become-hunter2', nested: { token: ['abcd-token-1', 'x'] } });
  expect(values.toSorted()).toEqual(['abcd-token-1', 'become-hunter2']);
});

it.each([
  [[], "this file is encrypted by Ansible's vault, and there is no vault password"],
  [['another'], 'no vault password that was given decrypts this file'],
])('with the passwords %j it is refused, with where and what to do', async (passwords, message) => {
  expect(await refused(...passwords)).toEqual([
    {
      severity: 'error',
      message,
      at: { file: join(folder, 'group_vars/web/vault.yml'), line: 1, column: 1 },
      todo: expect.stringContaining('--vault-password-file FILE'),
    },
  ]);
});

it('nobody is asked for a password where no file needs one', async () => {
  rmSync(join(folder, 'group_vars/web/vault.yml'));
  const { hosts } = await loadInventory([join(folder, 'hosts')], runLocal, {
    passwords: () => Promise.reject(new Error('asked')),
  });
  expect(hosts[0]?.vars).toEqual({ plain: 'a-plain-text' });
});

it('an inventory that is a vault as a whole is refused, with what to do', async () => {
  writeFileSync(join(folder, 'hosts'), SEALED);
  expect(await refused('pw-one')).toMatchObject([
    {
      message: "an inventory that Ansible's vault has encrypted as a whole can't be read",
      todo: expect.stringContaining('group_vars'),
    },
  ]);
});

/** `broken: [my-hidden-word` */
const BROKEN = `$ANSIBLE_VAULT;1.1;AES256
66326638653265326237306232313038323436346266393939333863396566333061303438366332
3430333662656238383865393530623339663161303736650a376130636438346439366230356233
62643933666664363339303238393730616238373166623366333838643939343764653033623836
6337626361333730360a363264383163633134626133303564616339326365323666323062616364
66353161323638616431633862626662373364666331653762663930313666623733333965663061
3763666137343961306662396463633232303739313862383133
`;

it('what is wrong in it is told without a line of it', async () => {
  writeFileSync(join(folder, 'group_vars/web/vault.yml'), BROKEN);
  const found = await refused('pw-one');
  expect(found).toHaveLength(1);
  expect(JSON.stringify(found)).not.toContain('hidden-word');
});
