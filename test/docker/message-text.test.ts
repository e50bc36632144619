import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { plainMessage, splitMessages } from '../../src/docker/message-text.ts';

const ID = 'c0ffee12'.repeat(8);

describe('plainMessage', () => {
  it.each([
    ['escaped quotes', 'driver \\"overlay\\" and \\\\\\"overlay2\\\\\\"', 'driver "overlay" and "overlay2"'],
    ['typographic quotes', '‘a’ “b” `c', "'a' \"b\" 'c"],
    ['an id over three lines', `x ${ID.slice(0, 9)}\n ${ID.slice(9, 30)}\r\n\t${ID.slice(30)} y`, `x ${ID} y`],
    ['two words over two lines', 'container\nabc\n  def', 'container abc def'],
    ['a blank before and after the break', 'a \n b', 'a b'],
    ['colours', '\u001b[1;31mERROR\u001b[0m', 'ERROR'],
  ])('%s', (_, raw, plain) => {
    expect(plainMessage(raw)).toBe(plain);
  });

  it('joins what a terminal cut at its width, in the middle of words', () => {
    const text = `Driver overlay failed to remove root filesystem ${ID}: remove /d/x y: device or resource busy`;
    const cut = text.match(/.{1,50}/g)?.join('\n') ?? '';
    expect(cut.split('\n').length).toBeGreaterThan(2);
    expect(plainMessage(cut)).toBe(text);
  });

  it('does not join two whole ids', () => {
    expect(plainMessage(`${ID}\n${ID}`)).toBe(`${ID} ${ID}`);
  });
});

describe('splitMessages', () => {
  const wrapped = readFileSync(new URL('../corpus/messages.jsonl', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.includes('hard-wrapped'))
    .map((line) => (JSON.parse(line) as { text: string }).text)
    .join('');

  it('takes each line as a message and skips empty ones', () => {
    expect(splitMessages('a\n\n  \nb\n')).toEqual(['a', 'b']);
  });

  it('keeps a wrapped log record together, and its neighbours apart', () => {
    expect(wrapped.split('\n')).toHaveLength(5);
    expect(splitMessages(`before\n${wrapped}\nafter`)).toEqual(['before', wrapped, 'after']);
  });

  it('gives up on a record that never ends, so that later records are read', () => {
    const record = 'time="2026-01-01T00:00:00Z" level=error msg="whole"';
    expect(splitMessages(`time="2026-01-01T00:00:00Z" msg="open\n${record}`)).toHaveLength(2);
    const endless = ['time="t" msg="open', ...Array.from({ length: 40 }, () => 'x')].join('\n');
    expect(splitMessages(endless).length).toBeGreaterThan(20);
  });

  it('knows an empty message and an escaped quote', () => {
    expect(splitMessages('time="t" msg=""\nb')).toHaveLength(2);
    expect(splitMessages('time="t" msg="a \\"\nb"')).toHaveLength(1);
  });
});
