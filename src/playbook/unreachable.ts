import type { Task } from '../core/playbook.ts';
import { entryOf } from '../core/yaml-node.ts';
import type { StepForm, TaskForm } from './task-form.ts';
import { isTrue } from './yaml-flag.ts';

/** Reports an entry whose condition reads nothing and is false. */
export function checkWhen({ node, report }: TaskForm, task: Task | undefined): void {
  const span = entryOf(node, 'when')?.value.span;
  if (task?.when === undefined || span === undefined || task.when.source.trim() !== 'false') return;
  report.warning('never-runs', span, 'this never runs: its condition is always false', 'remove it, or its condition');
}

/** Reports what stands in one list behind an assert that always fails. */
export function checkBehindFailure(forms: readonly TaskForm[]): void {
  const failing = forms.findIndex((form) => form.kind === 'step' && alwaysFails(form));
  const [assert, next] = failing < 0 ? [] : forms.slice(failing);
  if (assert === undefined || next === undefined) return;
  const { line } = assert.report.source.at(assert.node.span.start);
  const message = `this and what follows never runs: the assert in line ${line} always fails`;
  next.report.warning('never-runs', next.node.span, message, 'give the assert a condition, or remove it');
}

/** The language's only word that ends a host for certain. */
function alwaysFails({ type, args, node, when }: StepForm): boolean {
  const that = type?.name === 'assert' ? entryOf(args?.value, 'that')?.value : undefined;
  const isFalse = that?.kind === 'scalar' && that.text.trim() === 'false';
  return isFalse && when === undefined && entryOf(node, 'loop') === undefined && !isTrue(node, 'ignore_errors');
}
