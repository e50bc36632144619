import type { Scope } from '../core/expression.ts';
import type { StepWork } from './step-run.ts';
import { readsUnknown } from './uncertain.ts';

/** What the step's expressions read. */
export const scopeOf = ({ vars, state, inputs }: StepWork): Scope => ({ ...vars, ...state.registers, ...inputs });

/** Where it does not, the step sets no register: what it would have found out is unknown. */
export const applies = (work: StepWork, scope: Scope): boolean =>
  work.step.when === undefined || readsUnknown(work, work.step.when.reads) || work.step.when.evaluate(scope);
