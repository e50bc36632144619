import type { Rollout } from '../core/rollout.ts';
import { entryOf } from '../core/yaml-node.ts';
import type { StepForm } from './task-form.ts';
import { isTrue } from './yaml-flag.ts';

/** Reports steps without an undo in a play that rolls back, where a step below them may make it do so. */
export function checkUndoOrder(forms: readonly StepForm[], { onFailure }: Rollout): void {
  if (!onFailure.startsWith('rollback')) return;
  for (const [i, form] of forms.entries()) {
    const why = whyNoUndo(form);
    const next = forms.slice(i + 1).find(({ node }) => !isTrue(node, 'ignore_errors'));
    if (why === undefined || next === undefined) continue;
    const { line } = next.report.source.at(next.node.span.start);
    form.report.warning(
      'undo-order',
      form.args?.keySpan ?? form.node.span,
      `this stays where '${next.name}' (line ${line}) or a later step fails, though the play rolls back: ${why}`,
      'put it last, give it an undo, or set on_failure: stop',
    );
  }
}

/** Why what the step changes can't be taken back; undefined where it can, or changes nothing. */
function whyNoUndo({ type, args }: StepForm): string | undefined {
  if (type === undefined || type.onlyLooks === true) return undefined;
  const { undo } = type;
  if (undo.kind === 'irreversible') return undo.reason;
  if (undo.kind === 'repeat' || undo.argument === undefined || entryOf(args?.value, undo.argument)) return undefined;
  return `it gives no '${undo.argument}'`;
}
