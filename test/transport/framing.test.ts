import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeArgs, encodeRequest, type Mark, MarkReader } from '../../src/transport/framing.ts';

const NONCE = '0123456789abcdef0123456789abcdef';
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
/** Output that tries to look like the protocol. */
const nasty = fc
  .array(fc.oneof(bytes.map(String), fc.constantFrom(NONCE, `${NONCE} `, 'end 1 0 \n', 'start 1\n', '\n', ' ', '\0')))
  .map((parts) =>
    Buffer.from(
      parts.join('').replaceAll(`${NONCE} ready`, '').replaceAll(`${NONCE} start`, '').replaceAll(`${NONCE} end`, ''),
    ),
  );
const output = fc.oneof(bytes, nasty);

/** The same bytes, cut at the given places. */
function chunked(all: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (all.length + 1)).sort((a, b) => a - b), all.length];
  return places.slice(1).map((end, i) => all.subarray(places[i], end));
}

const read = (reader: MarkReader, chunks: readonly Buffer[]): Mark[] => chunks.flatMap((chunk) => reader.push(chunk));

const stream = (jobs: readonly { before: Buffer; output: Buffer; code: number }[]): Buffer =>
  Buffer.concat([
    Buffer.from(`${NONCE} ready\n`),
    ...jobs.flatMap(({ before, output, code }, i) => [
      before,
      Buffer.from(`${NONCE} start ${i + 1}\n`),
      output,
      Buffer.from(`${NONCE} end ${i + 1} ${code} \n`),
    ]),
  ]);

describe('MarkReader', () => {
  it('gives back every job with its exact output, whatever the bytes and however they are cut', () => {
    const job = fc.record({ before: output, output, code: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(fc.array(job, { maxLength: 4 }), fc.array(fc.nat()), (jobs, cuts) => {
        const marks = read(new MarkReader(NONCE, 1 << 20), chunked(stream(jobs), cuts));
        const ends = marks.filter((mark) => mark.kind === 'end');
        expect(marks[0]).toEqual({ kind: 'ready' });
        expect(
          ends.map(({ seq, code, output, truncated }) => ({ seq, code, output: output.toString('hex'), truncated })),
        ).toEqual(
          jobs.map(({ code, output }, i) => ({ seq: i + 1, code, output: output.toString('hex'), truncated: false })),
        );
      }),
    );
  });

  it('keeps the first bytes up to its cap and says that the rest was dropped', () => {
    fc.assert(
      fc.property(bytes, fc.array(fc.nat()), fc.nat({ max: 300 }), (output, cuts, cap) => {
        const marks = read(
          new MarkReader(NONCE, cap),
          chunked(stream([{ before: Buffer.alloc(0), output, code: 0 }]), cuts),
        );
        expect(marks.at(-1)).toMatchObject({ output: output.subarray(0, cap), truncated: output.length > cap });
      }),
    );
  });

  it('keeps the last 2 KiB that were said between marks', () => {
    const reader = new MarkReader(NONCE, 10);
    reader.push(Buffer.from('x'.repeat(5000)));
    reader.push(stream([{ before: Buffer.from('Welcome!'), output: Buffer.from('output '.repeat(9)), code: 0 }]));
    reader.push(Buffer.from('Timeout, server not responding.'));
    expect(reader.lastWords).toHaveLength(2048);
    expect(reader.lastWords).toMatch(/^x+Welcome!(output ){9}Timeout, server not responding\.$/);
  });

  it('does not take marks with another nonce, or for another job, for an answer', () => {
    const other = 'f'.repeat(32);
    const said = `${other} end 1 0 \n${NONCE} end 7 0 \n${NONCE} end 1\n`;
    const marks = read(new MarkReader(NONCE, 1000), [
      stream([{ before: Buffer.alloc(0), output: Buffer.from(said), code: 3 }]),
    ]);
    expect(marks.at(-1)).toMatchObject({ seq: 1, code: 3, output: Buffer.from(said) });
  });

  it('tells a job that was signalled from one that ended by itself', () => {
    const marks = read(new MarkReader(NONCE, 10), [Buffer.from(`${NONCE} start 1\n${NONCE} end 1 143 ended\n`)]);
    expect(marks.at(-1)).toMatchObject({ code: 143, ended: true });
  });
});

describe('encodeRequest', () => {
  it('writes header, arguments, text and seal', () => {
    const request = { seq: 3, script: 1, deadline: 60, args: ['a b', ''], text: 'echo é\n' };
    expect(encodeRequest(request).toString()).toBe('run 3 1 60 8\na b||\necho é\n3\n');
  });

  it('sends no text for a script that the host has', () => {
    expect(encodeRequest({ seq: 4, script: 1, deadline: 5, args: [], text: undefined }).toString()).toBe(
      'run 4 1 5 0\n\n4\n',
    );
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
