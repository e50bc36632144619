import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareMachines, type Machine, machineIn } from '../../src/core/machine.ts';
import { parseMachine } from '../../src/transport/machine.ts';

const ID = '0123456789abcdef0123456789abcdef';
const OTHER = 'f'.repeat(32);
const BOOT = '11111111-2222-3333-4444-555555555555';
const KEY = `SHA256:${'A'.repeat(43)}`;
const OTHER_KEY = `SHA256:${'B'.repeat(43)}`;

describe('which machine a host is', () => {
  it.each<[string, Machine | undefined, Machine | undefined, string]>([
    ['nothing is known of either', undefined, undefined, 'unknown'],
    ['nothing was known', {}, { id: ID, boot: BOOT, hostKey: KEY }, 'unknown'],
    ['the same', { id: ID, boot: BOOT, hostKey: KEY }, { id: ID, boot: BOOT, hostKey: KEY }, 'same'],
    ['another boot', { id: ID, boot: BOOT, hostKey: KEY }, { id: ID, hostKey: KEY }, 'same'],
    ['another machine-id', { id: ID, boot: BOOT, hostKey: KEY }, { id: OTHER, boot: BOOT, hostKey: KEY }, 'machine-id'],
    ['no machine-id any more', { id: ID, boot: BOOT }, { boot: BOOT }, 'machine-id is missing'],
    ['a clone with keys of its own', { id: ID, hostKey: KEY }, { id: ID, hostKey: OTHER_KEY }, 'ssh host key'],
    [
      'keys renewed while it ran',
      { id: ID, boot: BOOT, hostKey: KEY },
      { id: ID, boot: BOOT, hostKey: OTHER_KEY },
      'same',
    ],
    ['containers of one kernel', { boot: BOOT, hostKey: KEY }, { boot: BOOT, hostKey: OTHER_KEY }, 'ssh host key'],
    ['one kernel, and no more', { boot: BOOT }, { boot: BOOT }, 'unknown'],
    ['a key that its user may not read', { id: ID, hostKey: KEY }, { id: ID }, 'same'],
    ['no machine-id, the same key', { hostKey: KEY }, { id: OTHER, hostKey: KEY }, 'same'],
  ])('%s', (_, then, now, expected) => {
    const found = compareMachines(then, now);
    if (typeof found === 'string') expect(found).toBe(expected);
    else expect(found.differs).toContain(expected);
  });

  it('is read from what the host says, and what has another form is left out', () => {
    const directory = mkdtempSync(join(tmpdir(), 'unwedge-machine-'));
    const file = join(directory, 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'rsa', '-b', '3072', '-N', '', '-f', file]);
    const key = readFileSync(`${file}.pub`, 'utf8').split(' ')[1] ?? '';
    const hostKey = execFileSync('ssh-keygen', ['-lf', `${file}.pub`], { encoding: 'utf8' }).split(' ')[1];
    rmSync(directory, { recursive: true });
    expect(parseMachine(`${ID} ${BOOT} ${key}`)).toEqual({ id: ID, boot: BOOT, hostKey });
    expect(parseMachine('- - -')).toEqual({});
    expect(parseMachine('uninitialized x \u001b]0;evil')).toEqual({});
    expect(machineIn({ id: ID, boot: 7, hostKey: `${KEY}\n`, more: 'x' })).toEqual({ id: ID });
    expect(machineIn('text')).toBeUndefined();
  });
});
