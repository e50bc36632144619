import type { Loop, Step } from '../core/playbook.ts';
import type { AnyStepType } from '../core/step-type.ts';
import { entryOf, type YamlEntry, type YamlMap } from '../core/yaml-node.ts';
import { compileArgs } from './args.ts';
import { conjuncts, readsName } from './cel-tree.ts';
import { compileWhen, readTime } from './condition.ts';
import { compileLoop } from './loop.ts';
import { ITEM, type Names, recorded, withGiven, withVariable } from './names.ts';
import type { Report } from './place.ts';
import { compileRetry } from './retry.ts';
import type { StepForm } from './task-form.ts';
import { isTrue } from './yaml-flag.ts';

/** Compiles one step with the names known at its place; the second pass. Undefined where its form is wrong. */
export function compileStep(form: StepForm, names: Names): Step | undefined {
  const { type, args, node, report } = form;
  const { names: known, read } = recorded({ ...names, plain: names.plain === true && !form.tags.includes('never') });
  const { loop, names: each } = compileItems(form, known);
  const own = withGiven(each, conjuncts(form.when ?? ''));
  const when = compileWhen(entryOf(node, 'when')?.value, own, report);
  const retry = compileRetry(form, own);
  const deadline = readTime(entryOf(node, 'timeout')?.value, report);
  const map = type && args && argsMap(args, type, report);
  if (!type || !map) return undefined;
  const compiled = compileArgs(map, type, own, report);
  return {
    ...{ kind: 'step', name: form.name, at: report.source.at(node.span.start), type },
    ...{ args: compiled, reads: [...read], when, loop, retry, deadline: deadline ?? type.deadline },
    ...{ register: form.register, notify: form.notify.map((name) => name.text), tags: form.tags },
    ...{ ignoreErrors: isTrue(node, 'ignore_errors'), runOnce: isTrue(node, 'run_once'), become: form.become },
  };
}

/** The loop, and what the step's other expressions may name for it. */
function compileItems({ node, when = '', report }: StepForm, names: Names): { loop: Loop | undefined; names: Names } {
  const entry = entryOf(node, 'loop');
  if (entry === undefined) return { loop: undefined, names };
  const asksEach = readsName(when, ITEM);
  // A condition on the item is asked for each one, which is after the loop's list is made.
  const compiled = compileLoop(entry.value, asksEach ? names : withGiven(names, conjuncts(when)), report);
  const each = withVariable(names, ITEM, compiled?.type ?? 'dyn');
  return { loop: compiled && { items: compiled.items, asksEach }, names: each };
}

/** `scan:` with nothing behind it is `scan: {}`. */
function argsMap(args: YamlEntry, type: AnyStepType, report: Report): YamlMap | undefined {
  const { value } = args;
  if (value.kind === 'map') return value;
  if (value.kind === 'scalar' && value.value === null) return { kind: 'map', entries: [], span: args.keySpan, size: 1 };
  const keys = Object.keys(Object(type.schema.properties));
  const todo = keys[0] === undefined ? `write ${type.name}: {}` : `write ${type.name}: { ${keys[0]}: … }`;
  report.error('wrong-type', value.span, `the arguments of ${type.name} must be a map`, todo);
  return undefined;
}
