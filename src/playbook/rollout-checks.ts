import type { Rollout } from '../core/rollout.ts';
import { didYouMean } from '../core/suggestion.ts';
import { entryOf, type YamlMap } from '../core/yaml-node.ts';
import type { Names } from './names.ts';
import type { Report } from './place.ts';
import type { StepForm } from './task-form.ts';

/** Reports a `spread_by` that not every host of the play has. */
export function checkSpread(
  play: YamlMap,
  { spread }: Rollout,
  { variables, open }: Pick<Names, 'variables' | 'open'>,
  report: Report,
): void {
  const entry = entryOf(entryOf(play, 'rollout')?.value, 'spread_by');
  if (entry === undefined || spread === undefined) return;
  const variable = variables.get(spread.by);
  if (variable === undefined) {
    if (!open)
      report.error(
        'unknown-variable',
        entry.value.span,
        `unknown variable '${spread.by}'`,
        didYouMean(spread.by, variables.keys()),
      );
    return;
  }
  if (open || variable.missing.length === 0) return;
  const [first = '', ...more] = variable.missing;
  const hosts = more.length === 0 ? first : `${first} and ${more.length} more`;
  report.error(
    'variable-not-on-host',
    entry.value.span,
    `'${spread.by}' has no value on ${hosts}`,
    'set it in the inventory for every host',
  );
}

/** Health steps only look: what follows from a change is not theirs. */
export function checkHealth(forms: readonly StepForm[]): void {
  for (const { node, notify, report } of forms) {
    const entry = entryOf(node, 'notify');
    if (entry && notify.length > 0)
      report.error('misplaced-key', entry.keySpan, "a health step can't notify: it changes nothing", 'remove it');
  }
}
