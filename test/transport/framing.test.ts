import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeArgs, encodeRequest, type Mark, MarkReader } from '../../src/transport/framing.ts';

const NONCE = '0123456789abcdef0123456789abcdef';
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
/** Output that looks like the protocol as far as it can: nobody who writes it knows the nonce. */
const ALMOST = NONCE.slice(0, -1);
const nasty = fc
  .array(fc.oneof(bytes.map(String), fc.constantFrom(ALMOST, `${ALMOST}0 `, 'ready\n', 'end 1 0 \n', '\n', ' ', '\0')))
  .map((parts) => Buffer.from(parts.join('')));
const output = fc.oneof(bytes, nasty);

/** The same bytes, cut at the given places. */
function chunked(all: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (all.length + 1)).sort((a, b) => a - b), all.length];
  return places.slice(1).map((end, i) => all.subarray(places[i], end));
}

interface Said {
  /** Said before the request went out. */
  readonly before: Buffer;
  readonly output: Buffer;
  readonly code: number;
}

/** Plays a host's stream to a reader, each piece cut at the given places; requests go out between the pieces. */
function play(reader: MarkReader, jobs: readonly Said[], cuts: readonly number[] = []): Mark[] {
  const hear = (bytes: Buffer): Mark[] => chunked(bytes, cuts).flatMap((chunk) => reader.push(chunk));
  const ready = hear(Buffer.from(`${NONCE} ready\n`));
  const ends = jobs.flatMap(({ before, output, code }, i) => {
    const strays = hear(before);
    reader.expect(i + 1);
    return [...strays, ...hear(Buffer.concat([output, Buffer.from(`${NONCE} end ${i + 1} ${code} \n`)]))];
  });
  return [...ready, ...ends];
}

const nothing = Buffer.alloc(0);
const endOf = (marks: readonly Mark[]): Mark | undefined => marks.at(-1);

describe('MarkReader', () => {
  it('gives back every job with its exact output, whatever the bytes and however they are cut', () => {
    const job = fc.record({ before: output, output, code: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(fc.array(job, { maxLength: 4 }), fc.array(fc.nat()), (jobs, cuts) => {
        const [ready, ...ends] = play(new MarkReader(NONCE, 1 << 20), jobs, cuts);
        expect(ready).toEqual({ kind: 'ready', level: '', why: '' });
        expect(ends).toEqual(
          jobs.map(({ code, output }, i) => ({
            kind: 'end',
            seq: i + 1,
            code,
            ended: false,
            output,
            truncated: false,
          })),
        );
      }),
    );
  });

  it('does not take for output what was said before the agent was ready, even if the request is out already', () => {
    fc.assert(
      fc.property(output, output, fc.array(fc.nat()), (chatter, output, cuts) => {
        const reader = new MarkReader(NONCE, 1 << 20);
        reader.expect(1);
        const all = Buffer.concat([
          chatter,
          Buffer.from(`${NONCE} ready\n`),
          output,
          Buffer.from(`${NONCE} end 1 0 \n`),
        ]);
        const marks = chunked(all, cuts).flatMap((chunk) => reader.push(chunk));
        expect(endOf(marks)).toMatchObject({ output, truncated: false });
      }),
    );
  });

  it('keeps the first bytes up to its cap and says that the rest was dropped', () => {
    fc.assert(
      fc.property(bytes, fc.array(fc.nat()), fc.nat({ max: 300 }), (output, cuts, cap) => {
        const marks = play(new MarkReader(NONCE, cap), [{ before: nothing, output, code: 0 }], cuts);
        expect(endOf(marks)).toMatchObject({ output: output.subarray(0, cap), truncated: output.length > cap });
      }),
    );
  });

  it('keeps the last 2 KiB that were said between marks', () => {
    const reader = new MarkReader(NONCE, 10);
    reader.push(Buffer.from('x'.repeat(5000)));
    play(reader, [{ before: Buffer.from('Welcome!'), output: Buffer.from('output '.repeat(9)), code: 0 }]);
    reader.push(Buffer.from('Timeout, server not responding.'));
    expect(reader.lastWords).toHaveLength(2048);
    expect(reader.lastWords).toMatch(/^x+Welcome!(output ){9}Timeout, server not responding\.$/);
  });

  it('does not take marks with another nonce, or for another job, for an answer', () => {
    const other = 'f'.repeat(32);
    const said = Buffer.from(`${other} end 1 0 \n${NONCE} end 7 0 \n${NONCE} end 1\n`);
    const marks = play(new MarkReader(NONCE, 1000), [{ before: nothing, output: said, code: 3 }]);
    expect(endOf(marks)).toMatchObject({ seq: 1, code: 3, output: said });
  });

  it.each(['256', '999', '1000', '99999999999999999999', '-1', '1e3', '0x1'])('takes no exit code %s', (code) => {
    const reader = new MarkReader(NONCE, 1 << 20);
    reader.push(Buffer.from(`${NONCE} ready\n`));
    reader.expect(1);
    expect(reader.push(Buffer.from(`${NONCE} end 1 ${code} \n`))).toEqual([]);
    expect(reader.push(Buffer.from(`${NONCE} end 1 255 \n`))).toMatchObject([{ kind: 'end', code: 255 }]);
  });

  it('tells a job that was signalled from one that ended by itself', () => {
    const reader = new MarkReader(NONCE, 10);
    reader.expect(1);
    expect(reader.push(Buffer.from(`${NONCE} end 1 143 ended\n`))).toMatchObject([{ code: 143, ended: true }]);
  });
});

describe('encodeRequest', () => {
  it('writes header, arguments, text and seal', () => {
    const request = { seq: 3, script: 1, limit: 60, args: ['a b', ''], text: 'echo é\n' };
    expect(encodeRequest(NONCE, request).toString()).toBe(`${NONCE} run 3 1 60 8\na b||\necho é\n3\n`);
  });

  it('sends no text for a script that the host has', () => {
    const request = { seq: 4, script: 1, limit: 0, args: [], text: undefined };
    expect(encodeRequest(NONCE, request).toString()).toBe(`${NONCE} run 4 1 0 0\n\n4\n`);
  });
});

describe('encodeArgs', () => {
  it('is one line for any arguments', () => {
    fc.assert(fc.property(fc.array(fc.string({ unit: 'binary' })), (args) => !encodeArgs(args).includes('\n')));
  });

  it('is taken apart by arguments.sh into the same arguments', () => {
    const argument = fc
      .string({
        unit: fc.oneof(
          fc.constantFrom('\\', '|', '\n', "'", '"', '$(id)', '`', '-', '%', '0', 'n', 'c'),
          fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
        ),
      })
      .map((text) => Buffer.from(text).toString().replaceAll('\0', ''));
    const script = `. ./src/transport/arguments.sh; [ $# -eq 0 ] || printf '%s\\0' "$@"`;
    fc.assert(
      fc.property(fc.array(argument, { maxLength: 5 }), (args) => {
        const env = { ...process.env, LC_ALL: 'C', UNWEDGE_ARGS: encodeArgs(args), UNWEDGE_RUN: '' };
        const said = execFileSync('sh', ['-uc', script], { env, cwd: new URL('../..', import.meta.url) });
        expect(said.toString().split('\0').slice(0, -1)).toEqual(args);
      }),
      { numRuns: 50 },
    );
  });
});
