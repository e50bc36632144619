import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLedger } from '../../src/journal/ledger.ts';

const NOW = Date.parse('2026-11-22T05:00:00.000Z');
const DAY = 24 * 3_600_000;

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'unwedge-ledger-'));
});
afterEach(() => rmSync(state, { recursive: true, force: true }));

const open = (run: string, key = 'play A') => openLedger(join(state, 'unwedge'), key, run);
const folder = () => join(state, 'unwedge', 'limits');
const file = () => join(folder(), readdirSync(folder())[0] ?? '');

describe('the ledger of what hosts have needed', () => {
  it('knows the times of other runs, by play and host', async () => {
    await open('r1').add('free', 'web-1', NOW);
    await open('r2').add('free', 'web-1', NOW + 1000);
    await open('r2').add('restart', 'web-1', NOW + 2000);
    await open('r2').add('free', 'web-2', NOW + 3000);
    expect(await open('r3').times('free', 'web-1')).toEqual([NOW, NOW + 1000]);
    expect(await open('r2').times('free', 'web-1')).toEqual([NOW]);
    expect(await open('r3', 'play B').times('free', 'web-1')).toEqual([]);
  });

  it('has one time for a run, however often it is added: also by a part of it that goes on', async () => {
    const ledger = open('r1');
    await Promise.all([ledger.add('free', 'web-1', NOW), ledger.add('free', 'web-1', NOW + 1)]);
    await open('r1').add('free', 'web-1', NOW + 2);
    expect(await open('r2').times('free', 'web-1')).toEqual([NOW]);
  });

  it('takes many hosts at once', async () => {
    const ledger = open('r1');
    const hosts = Array.from({ length: 50 }, (_, i) => `h${i}`);
    await Promise.all(hosts.map((host) => ledger.add('free', host, NOW)));
    const known = open('r2');
    for (const host of hosts) expect(await known.times('free', host)).toEqual([NOW]);
  });

  it('is for nobody else to read, and not there before it is needed', async () => {
    expect(await open('r1').times('free', 'web-1')).toEqual([]);
    expect(existsSync(folder())).toBe(false);
    await open('r1').add('free', 'web-1', NOW);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(statSync(folder()).mode & 0o777).toBe(0o700);
  });

  it.each([
    ['a line that was not written whole', '\n{"at":"2026-11-22T04:00:00.000Z","run":"r0","pl'],
    ['lines that are something else', '\nnull\n{}\n[1]\n{"at":"never","run":"r","play":"free","host":"web-1"}\n'],
  ])('%s counts for nothing, and does not spoil the next', async (_, text) => {
    await open('r1').add('free', 'web-1', NOW);
    appendFileSync(file(), text);
    await open('r2').add('free', 'web-1', NOW + 1);
    expect(await open('r3').times('free', 'web-1')).toEqual([NOW, NOW + 1]);
  });

  it('does not grow for ever', async () => {
    await open('r1').add('free', 'web-1', NOW - 100 * DAY);
    const line = readFileSync(file(), 'utf8');
    writeFileSync(file(), line.replaceAll('\n', '').concat('\n').repeat(600));
    await open('r2').add('free', 'web-1', NOW);
    expect(readFileSync(file(), 'utf8').match(/.+/g)).toHaveLength(1);
    expect(await open('r3').times('free', 'web-1')).toEqual([NOW]);
    expect(readdirSync(folder())).toHaveLength(1);
  });

  it('keeps what a clock that was set back has left in the future', async () => {
    await open('r1').add('free', 'web-1', NOW + DAY);
    await open('r2').add('free', 'web-1', NOW);
    expect(await open('r3').times('free', 'web-1')).toEqual([NOW + DAY, NOW]);
  });

  it('says what it can not read or write', async () => {
    writeFileSync(join(state, 'unwedge'), '');
    await expect(open('r1').add('free', 'web-1', NOW)).rejects.toThrow(
      /limits\/\w{32}\.jsonl can't be (read|written): /,
    );
    await expect(open('r1').times('free', 'web-1')).rejects.toThrow("can't be read: ");
  });
});
