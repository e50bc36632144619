import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChangeRecord, ChangeState } from '../../src/core/run-record.ts';
import type { AnyStepType } from '../../src/core/step-type.ts';
import { planUndo, restoredBefore } from '../../src/runner/undo-plan.ts';
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
    ['begun', 'ended 0', 'irreversible why'],
  ),
});

const STATES: Readonly<Record<string, ChangeState>> = {
  ...{ '': 'applying', begun: 'applying', 'ended 0': 'applied', 'ended 1': 'in-doubt', 'ended 3': 'left' },
  ...{ 'ended 9': 'drifted', undoing: 'undoing', undone: 'undone', 'undo-failed why': 'undo-failed' },
  'irreversible why': 'irreversible',
};

function recordOf({ kind, resource, harmless, words }: Made, seq: number): ChangeRecord {
  const risk = harmless ? 'none' : 'daemon-restart';
  const change = {
    resource: kind === 'repeat' ? resource : `file ${seq}`,
    summary: 'x',
    before: 1,
    after: 2,
    risk,
  } as const;
  return { host: 'h', seq, step: 's', stepType: kind, change, state: STATES[words.at(-1) ?? ''] ?? 'applying' };
}

/** What undo.sh would do by plan.sh, and a controller by its journal. */
function bothPlans(runner: Runner, changes: readonly Made[]): { host: unknown; controller: unknown } {
  const journal = temporaryPath('journal');
  mkdirSync(journal);
  copyFileSync(plan, `${journal}/plan.sh`);
  const records = changes.map(recordOf);
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
  const log = changes.flatMap(({ words }, seq) =>
    words.map((word) => `at\t${word.replace(/ |$/, `\t${seq}\t`)}`.trimEnd()),
  );
  writeFileSync(`${journal}/log`, log.map((line) => `${line}\n`).join(''));
  const lines = (what: string) => {
    const { code, stdout, stderr } = runScript(runner, `${journal}/plan.sh`, [what]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout.split('\n').filter((line) => line !== '');
  };
  const host = {
    restore: lines('restore').map((line) => Number(line.split('\t')[1])),
    activate: lines('activate').map((line) => {
      const [verdict, , , seqs = ''] = line.split('\t');
      return [
        verdict,
        seqs
          .split(' ')
          .map(Number)
          .sort((a, b) => a - b),
      ];
    }),
  };
  rmSync(journal, { recursive: true });
  const typeOf = (name: string) => ({ undo: { kind: name } }) as unknown as AnyStepType;
  const { restore, repeats } = planUndo(records, typeOf);
  const VERDICTS = { restored: 'again', failed: 'useless', 'nothing-to': 'idle' } as const;
  const controller = {
    restore: restore.map(({ seq }) => seq),
    activate: repeats.map(({ record, covers }) => [
      VERDICTS[restoredBefore(record, records, typeOf)],
      [...covers, record].map(({ seq }) => seq).sort((a, b) => a - b),
    ]),
  };
  return { host, controller };
}

describe('plan.sh', () => {
  underEachShellAndAwk((runner) => {
    it('takes back the same as a controller, in the same order, whatever was done', () => {
      fc.assert(
        fc.property(fc.array(made, { minLength: 1, maxLength: 12 }), (changes) => {
          const { host, controller } = bothPlans(runner, changes);
          expect(host).toEqual(controller);
        }),
        { numRuns: 25 },
      );
    });
  });
});
