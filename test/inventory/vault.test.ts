import { expect, test } from 'vitest';
import type { Host } from '../../src/core/inventory.ts';
import { revealSecrets } from '../../src/inventory/reveal-secrets.ts';
import { decrypted, isVault } from '../../src/inventory/vault.ts';

/** By ansible-vault 2.14, with the password pw-one. */
const PLAIN = `$ANSIBLE_VAULT;1.1;AES256
36326265326531356139343061316563353833363833326435636439386638633533353938383134
3735663738316562663434623566623836363339346137630a663762643762393235343235386134
62356533383836376266376564386534613363373036313330633034376336343565333065653737
6134326133343132350a346232336338376634373132326665393338323865313863393734313233
3032
`;
/** The same with a label. */
const LABELLED = `$ANSIBLE_VAULT;1.2;AES256;l
38336230353966323736383433643932613033316561396363386432323236613830336162633530
3561353336623432353334636162646235396338363864610a313233366665313961653964356333
63663566386131316562316465333831633763393935656437653137666131373632323266363934
6463666432383066350a353636373265303730663435316662313164653638343665633064303739
6463
`;

test.each([
  [PLAIN, 'geheim-geheim'],
  [LABELLED, 'become-secret'],
  [PLAIN.replaceAll('\n', '\r\n'), 'geheim-geheim'],
])('what ansible-vault has encrypted is decrypted with its password', (vault, text) => {
  expect(isVault(vault)).toBe(true);
  expect(decrypted(vault, ['another', 'pw-one'])).toBe(text);
});

test('another password, a damaged text or one that is no vault decrypts to nothing', () => {
  expect(decrypted(PLAIN, ['another'])).toBeUndefined();
  expect(decrypted(PLAIN, [])).toBeUndefined();
  expect(decrypted(PLAIN.replace(/\d\d\n$/, '00\n'), ['pw-one'])).toBeUndefined();
  expect(decrypted('$ANSIBLE_VAULT;1.1;AES256\n3330\n', ['pw-one'])).toBeUndefined();
  expect(isVault('$ANSIBLE_VAULT;1.0;AES\n3330\n')).toBe(false);
});

const at = { file: 'i.yaml', line: 6, column: 14 };
const host: Host = {
  name: 'h',
  groups: ['all'],
  vars: { token: '***', other: '***' },
  secrets: [
    { path: ['token'], secret: { from: 'vault', text: PLAIN, at } },
    { path: ['other'], secret: { from: 'vault', text: LABELLED, at } },
  ],
};
const nothing = () => Promise.reject(new Error('no program is run'));

test('only what is read is decrypted; the rest stays out of sight', async () => {
  const vault = { passwords: async () => ['pw-one'], reads: (name: string) => name === 'token' };
  const { hosts, values } = await revealSecrets([host], nothing, vault);
  expect(hosts[0]?.vars).toEqual({ token: 'geheim-geheim', other: '***' });
  expect(values).toEqual(['geheim-geheim']);
});

test('without a password, what nothing reads does no harm, and what is read is refused with what to do', async () => {
  const none = async () => [];
  const { hosts } = await revealSecrets([host], nothing, { passwords: none, reads: () => false });
  expect(hosts[0]?.vars).toEqual({ token: '***', other: '***' });
  await expect(revealSecrets([host], nothing, { passwords: none, reads: () => true })).rejects.toMatchObject({
    diagnostics: [
      {
        at,
        message: expect.stringContaining('there is no vault password'),
        todo: expect.stringContaining('--vault-password-file'),
      },
      expect.anything(),
    ],
  });
  const wrong = { passwords: async () => ['another'], reads: (name: string) => name === 'token' };
  await expect(revealSecrets([host], nothing, wrong)).rejects.toThrow('no vault password that was given decrypts');
});
