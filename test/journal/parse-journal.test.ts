import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/diagnostic.ts';
import { foldJournal } from '../../src/journal/fold-journal.ts';
import { journalLine } from '../../src/journal/journal-line.ts';
import { parseJournal } from '../../src/journal/parse-journal.ts';
import { anyRun, applying, started } from './sample-events.ts';

const textOf = (events: readonly object[]) => events.map((event) => `${JSON.stringify(event)}\n`).join('');
const parse = (text: string) => parseJournal(text, 'journal.jsonl');
const errorOf = (text: string): InputError => {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof InputError) return error;
  }
  throw new Error('no InputError');
};

describe('parseJournal', () => {
  it('reads what was written', () => {
    fc.assert(
      fc.property(anyRun, (events) => {
        expect(parse(textOf(events))).toEqual({ events, torn: undefined });
      }),
    );
  });

  it('reads a journal that was cut at any byte: the events before the cut, and says what is torn', () => {
    fc.assert(
      fc.property(anyRun, (events) => {
        const bytes = Buffer.from(textOf(events));
        const ends = events.map((_, i) => Buffer.byteLength(textOf(events.slice(0, i + 1))));
        for (let cut = 0; cut <= bytes.length; cut++) {
          const read = parse(bytes.subarray(0, cut).toString('utf8'));
          // A line is whole with its last brace; the newline is not missed.
          const whole = ends.filter((end) => end - 1 <= cut).length;
          if (read.events.length !== whole)
            throw new Error(`cut at ${cut}: ${read.events.length} events, not ${whole}`);
          expect(JSON.stringify(read.events.at(-1))).toBe(JSON.stringify(events[whole - 1]));
          expect(read.torn?.line).toBe(cut <= (ends[whole - 1] ?? 0) ? undefined : whole + 1);
          foldJournal(read.events);
        }
      }),
      { numRuns: 2 },
    );
  });

  it('reads lines with checksums, also cut in the last one', () => {
    fc.assert(
      fc.property(anyRun, fc.integer({ min: 1, max: 12 }), (events, cut) => {
        const text = events.map(journalLine).join('');
        expect(parse(text)).toEqual({ events, torn: undefined });
        const torn = parse(
          Buffer.from(text)
            .subarray(0, -cut - 1)
            .toString('utf8'),
        );
        expect(torn.events).toEqual(events.slice(0, -1));
        expect(torn.torn?.line).toBe(events.length);
      }),
    );
  });

  it('refuses a journal in which any one bit is not as it was, with the line', () => {
    const events = [started(), applying('a', 0), applying('a', 1)];
    const bytes = Buffer.from(events.map(journalLine).join(''));
    for (let at = 0; at < bytes.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const flipped = Buffer.from(bytes);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
        let read: ReturnType<typeof parse> | undefined;
        try {
          read = parse(flipped.toString('utf8'));
        } catch (error) {
          expect(String(error)).toMatch(/journal\.jsonl:[1-4]: /);
          continue;
        }
        // The end of the last line is as a torn one: what it said is not believed.
        expect([read.events, read.torn?.line]).toEqual([events.slice(0, 2), 3]);
      }
    }
  });

  it('refuses a line without a checksum among others with one, and one whose checksum is wrong at the end', () => {
    const line = journalLine(applying('a', 0));
    const todo = (text: string) => errorOf(text).diagnostics[0]?.todo;
    const head = journalLine(started());
    expect(todo(head + textOf([applying('a', 0)]) + line)).toContain('unwedge rollback RUN -i INVENTORY');
    expect(errorOf(head + line.replace('"seq":0', '"seq":1')).message).toMatch(/^journal\.jsonl:2: .*checksum/);
  });

  it('tolerates zeros where the last block never reached the disk', () => {
    const { events, torn } = parse(`${textOf([started()])}\0\0\0\0`);
    expect(events).toHaveLength(1);
    expect(torn).toEqual({ line: 2, text: '\0\0\0\0' });
  });

  it.each([
    ['a broken line', '{"type":\n'],
    ['an empty line', '\n'],
    ['an unknown event', '{"at":"x","type":"change.melted","host":"a","seq":0}\n'],
    ['an event without what it is about', '{"at":"x","type":"change.applying","host":"a","seq":0}\n'],
    ['a name from the prototype', '{"at":"x","type":"constructor"}\n'],
    ['no object', '7\n'],
  ])('refuses %s in the middle, with its line', (_, line) => {
    const error = errorOf(textOf([started(), applying('a', 0)]) + line + textOf([applying('a', 1)]));
    expect(error.message).toMatch(/^journal\.jsonl:3: /);
    expect(error.diagnostics[0]?.todo).toContain('damaged');
  });

  it('refuses another version', () => {
    const error = errorOf(textOf([{ ...started(), version: 2 }, { type: 'of the future' }, applying('a', 0)]));
    expect(error.message).toBe('journal.jsonl is a journal of version 2; this unwedge reads version 1');
  });

  it('refuses what does not begin as a journal', () => {
    expect(errorOf(textOf([applying('a', 0)])).message).toBe('journal.jsonl:1: a journal begins with run.started');
  });
});
