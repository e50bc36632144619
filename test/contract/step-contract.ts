import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkStep, type Sample } from '../../src/contract.ts';
import type { AnyStepType } from '../../src/core/step-type.ts';

export type { Sample };

export interface StepContract {
  /** The folder of step folders. */
  readonly steps: URL;
  /** By the type's name. */
  readonly samples: Readonly<Record<string, readonly Sample[]>>;
}

/** What every step type of ours must keep, told as tests: call it at the top of a test file. */
export function stepContract(types: readonly AnyStepType[], { steps, samples }: StepContract): void {
  it('no two step types have the same name', () => {
    expect(new Set(types.map(({ name }) => name)).size).toBe(types.length);
  });
  describe.each(types.map((type) => [type.name, type] as const))('%s', (name, type) => {
    it('keeps the contract', async () => expect(await checkStep(type, samples[name] ?? [])).toEqual([]));

    it('lives in a folder of its name', () => expect(existsSync(new URL(`${name}/step.ts`, steps))).toBe(true));
  });
}
