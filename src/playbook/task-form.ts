import type { AnyStepType } from '../core/step-type.ts';
import type { YamlEntry, YamlMap, YamlScalar } from '../core/yaml-node.ts';
import type { Input } from './inputs.ts';
import type { Report } from './place.ts';

/** An entry's form, before its expressions are looked at. */
export type TaskForm = StepForm | BlockForm;

interface Placed {
  /** Of the file that it stands in. */
  readonly report: Report;
  readonly node: YamlMap;
  readonly name: string;
  readonly when: string | undefined;
}

export interface StepForm extends Placed {
  readonly kind: 'step';
  readonly type: AnyStepType | undefined;
  readonly args: YamlEntry | undefined;
  readonly register: string | undefined;
  readonly notify: readonly YamlScalar[];
  /** Its own and those of what it stands in. */
  readonly tags: readonly string[];
  readonly become: boolean | undefined;
}

export interface BlockForm extends Placed {
  readonly kind: 'block';
  readonly steps: readonly TaskForm[];
  readonly rescue: readonly TaskForm[];
  readonly always: readonly TaskForm[];
  /** Of an include: what its file takes. */
  readonly inputs: readonly Input[];
}

/** All steps of a tree, as they are written. */
export const stepForms = (forms: readonly TaskForm[]): readonly StepForm[] =>
  forms.flatMap((form) => (form.kind === 'step' ? [form] : stepForms([...form.steps, ...form.rescue, ...form.always])));
