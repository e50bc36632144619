import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChangeEvent, type ChangeRecord, changesAfter } from '../../src/core/run-record.ts';
import type { AnyStepType } from '../../src/core/step-type.ts';
import { isDueAgain, planUndo, restoredBefore } from '../../src/engine/undo-plan.ts';
import { eventOf, logLine } from '../../src/hostlog/log.ts';
import { runScript, temporaryPath } from '../scripts/programs.ts';
import { type Runner, underEachShellAndAwk } from '../scripts/shells.ts';

const plan = fileURLToPath(new URL('../../src/hostlog/plan.sh', import.meta.url));
const KINDS = ['reverse', 'repeat', 'irreversible'] as const;
type Kind = (typeof KINDS)[number];

interface Made {
  readonly kind: Kind;
  readonly resource: string;
  readonly harmless: boolean;
  /** What the log says of it, from its beginning. */
  readonly words: readonly string[];
}

const made: fc.Arbitrary<Made> = fc.record({
  kind: fc.constantFrom(...KINDS),
  resource: fc.constantFrom('unit a', 'unit b'),
  harmless: fc.boolean(),
  words: fc.constantFrom(
    [],
    ['begun'],
    ['begun', 'ended 0'],
    ['begun', 'ended 1'],
    ['begun', 'ended 3'],
    ['begun', 'ended 9'],
    ['begun', 'ended 0', 'undoing'],
    ['begun', 'ended 0', 'undoing', 'undone'],
    ['begun', 'ended 0', 'undoing', 'undo-failed why'],
    ['begun', 'ended 0', 'undoing', 'undone', 'undo-failed once more'],
    ['begun', 'ended 0', 'undoing', 'undone', 'undo-failed once more', 'undoing', 'undone'],
    ['begun', 'ended 0', 'irreversible why'],
  ),
});

function begun({ kind, resource, harmless }: Made, seq: number): ChangeEvent {
  const change = {
    resource: kind === 'repeat' ? resource : `file ${seq}`,
    ...({ summary: 'x', before: 1, after: 2 } as const),
    risk: harmless ? 'none' : 'daemon-restart',
  } as const;
  return { type: 'change.applying', host: 'h', seq, step: 's', stepType: kind, change };
}

/** What the log says of all of them: each one's words in their order, and `turns` decides whose is next. */
function logOf(changes: readonly Made[], turns: readonly number[]): readonly (readonly string[])[] {
  const left = changes.map(({ words }, seq) => words.map((word) => line(word, seq)));
  const log: (readonly string[])[] = [];
  for (const turn of turns) log.push(...(left[turn % left.length]?.splice(0, 1) ?? []));
  return [...log, ...left.flat()];
}

function line(words: string, seq: number): readonly string[] {
  const [word = '', ...rest] = words.split(' ');
  return ['2026-11-22T05:14:43Z', word, String(seq), ...rest];
}

/** What undo.sh would do by plan.sh, and a controller by its journal. */
function bothPlans(
  runner: Runner,
  changes: readonly Made[],
  turns: readonly number[],
): { host: unknown; controller: unknown } {
  const journal = temporaryPath('journal');
  mkdirSync(journal);
  copyFileSync(plan, `${journal}/plan.sh`);
  const log = logOf(changes, turns);
  const events = [
    ...changes.map(begun),
    ...log.flatMap((words) => (eventOf(logLine(words), 'h') as ChangeEvent) ?? []),
  ];
  const records = events.reduce(changesAfter, [] as readonly ChangeRecord[]);
  for (const [seq, one] of changes.entries()) {
    const resource = JSON.stringify(records[seq]?.change.resource);
    const head = [
      `#:kind\t${one.kind}`,
      '#:seconds\t30',
      `#:resource\t${resource}`,
      ...(one.harmless ? ['#:harmless'] : []),
    ];
    writeFileSync(`${journal}/${seq}.sh`, ['#!/bin/sh', '# x', ...head, 'exit 0', ''].join('\n'));
  }
  writeFileSync(`${journal}/log`, log.map((words) => `${words.join('\t')}\n`).join(''));
  const lines = (what: string) => {
    const { code, stdout, stderr } = runScript(runner, `${journal}/plan.sh`, [what]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout.split('\n').filter((line) => line !== '');
  };
  const host = {
    restore: lines('restore').map((line) => Number(line.split('\t')[1])),
    activate: lines('activate').map((line) => {
      const [verdict, , , seqs = '', again = ''] = line.split('\t');
      return [verdict, numbers(seqs), verdict === 'again' ? numbers(again) : []];
    }),
  };
  rmSync(journal, { recursive: true });
  const typeOf = (name: string) => ({ undo: { kind: name } }) as unknown as AnyStepType;
  const { restore, repeats } = planUndo(records, typeOf);
  const VERDICTS = { restored: 'again', failed: 'useless', 'nothing-to': 'idle' } as const;
  const controller = {
    restore: restore.map(({ seq }) => seq),
    activate: repeats.map(({ record, covers }) => {
      const verdict = VERDICTS[restoredBefore(record, records, typeOf)];
      const all = [...covers, record].sort((a, b) => a.seq - b.seq);
      const again = all.filter((one) => verdict === 'again' && isDueAgain(one, records, typeOf));
      return [verdict, all.map(({ seq }) => seq), again.map(({ seq }) => seq)];
    }),
  };
  return { host, controller };
}

const numbers = (text: string): readonly number[] =>
  text
    .split(' ')
    .flatMap((word) => (word === '' ? [] : Number(word)))
    .sort((a, b) => a - b);

describe('plan.sh', () => {
  underEachShellAndAwk((runner) => {
    it('takes back the same as a controller, in the same order, whatever was done', () => {
      fc.assert(
        fc.property(fc.array(made, { minLength: 1, maxLength: 12 }), fc.array(fc.nat(11)), (changes, turns) => {
          const { host, controller } = bothPlans(runner, changes, turns);
          expect(host).toEqual(controller);
        }),
        { numRuns: 25 },
      );
    });
  });
});
