import { expect, test } from 'vitest';
import type { Change } from '../../src/core/change.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { AnyStepType } from '../../src/core/step-type.ts';
import { type Answer, fakeHost } from './fake-host.ts';

/** What a step plans from what its probes say. */
export interface PlanCase {
  readonly name: string;
  readonly args: unknown;
  readonly answers: Readonly<Record<string, Answer>>;
  readonly pending?: readonly Change[];
  readonly done?: readonly Change[];
  /** Summaries, in order. */
  readonly changes?: readonly string[];
  /** Running containers that each change stops. */
  readonly stops?: readonly (Change['stops'] | undefined)[];
  readonly notes?: readonly string[];
  /** `CODE message`, in order. */
  readonly findings?: readonly string[];
  readonly output?: JsonObject;
  readonly refusal?: string | RegExp;
  /** The probe itself fails with this. */
  readonly fails?: RegExp;
}

/** Runs a step's plan cases: probe with the given answers, then plan. */
export function planCases(type: AnyStepType, cases: readonly PlanCase[]): void {
  test.each(cases)('$name', async (c) => {
    const host = fakeHost(c.answers);
    if (c.fails) {
      await expect(type.probe(host, c.args)).rejects.toThrow(c.fails);
      return;
    }
    const facts: unknown = await type.probe(host, c.args);
    const planned = type.plan(c.args, facts, { pending: c.pending ?? [], done: c.done ?? [] });
    expect(planned.changes.map((change: Change) => change.summary)).toEqual(c.changes ?? []);
    if (c.stops) expect(planned.changes.map((change: Change) => change.stops)).toEqual(c.stops);
    if (c.refusal === undefined) expect(planned.refusal).toBeUndefined();
    else expect(planned.refusal?.reason).toMatch(c.refusal);
    if (c.notes) expect(planned.notes ?? []).toEqual(c.notes);
    if (c.findings)
      expect((planned.findings ?? []).map(({ code, message }) => `${code} ${message}`)).toEqual(c.findings);
    if (c.output) expect(planned.output).toMatchObject(c.output);
  });
}

/** A change as an earlier step would have planned it. */
export const pendingChange = (resource: string, more: Partial<Change> = {}): Change => ({
  resource,
  summary: resource,
  before: null,
  after: null,
  risk: 'none',
  ...more,
});
