import type { Retry } from '../core/playbook.ts';
import { entryOf, toJson, type YamlNode } from '../core/yaml-node.ts';
import { readsName } from './cel-tree.ts';
import { compileWhen, readTime } from './condition.ts';
import { type Names, withRegister } from './names.ts';
import { registerOf } from './registers.ts';
import type { StepForm } from './task-form.ts';

/** Ansible's, where only `until` is written. */
const RETRIES = 3;
const DELAY = 5;

/** How often a step is tried. Errors are reported. */
export function compileRetry(form: StepForm, names: Names): Retry | undefined {
  const { node, report } = form;
  const [until, retries, delay] = ['until', 'retries', 'delay'].map((key) => entryOf(node, key));
  if (!until && !retries) {
    if (delay)
      report.error(
        'misplaced-key',
        delay.keySpan,
        "'delay' without 'until' or 'retries'",
        'say what is waited for: until: …',
      );
    return undefined;
  }
  if (until) checkUntil(until.value, form);
  const register = registerOf(form, []);
  const own = register ? withRegister(names, ...register) : names;
  const count = retries && toJson(retries.value);
  return {
    until: compileWhen(until?.value, own, report),
    retries: typeof count === 'number' ? count : RETRIES,
    delay: readTime(delay?.value, report) ?? DELAY,
  };
}

/** Nothing but the step's own result changes between two attempts. */
function checkUntil(node: YamlNode, { register, report }: StepForm): void {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return;
  if (register === undefined)
    report.error(
      'endless-until',
      node.span,
      "'until' without 'register' never changes",
      'add register: NAME, and read that: until: NAME.…',
    );
  else if (node.value.trim() !== '' && !readsName(node.value, register))
    report.error(
      'endless-until',
      node.span,
      `'until' never changes: it does not read '${register}'`,
      `read this step's result: ${register}.…`,
    );
}
