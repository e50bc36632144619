import type { Scope } from '../core/expression.ts';
import type { Json } from '../core/json.ts';
import { StepError } from '../core/step-type.ts';
import { didYouMean } from '../core/suggestion.ts';
import { entryOf } from '../core/yaml-node.ts';
import { compileValue } from './args.ts';
import { type Input, SCHEMA_TYPES, valueProblem } from './inputs.ts';
import type { Names } from './names.ts';
import type { BlockForm } from './task-form.ts';

/** What an include gives its file, once a host comes to it. Undefined: it has no inputs. Errors are reported. */
export function compileGiven(form: BlockForm, names: Names): ((scope: Scope) => Scope) | undefined {
  checkNames(form);
  if (form.inputs.length === 0) return undefined;
  const values = form.inputs.map((input) => [input.name, compileInput(input, form, names)] as const);
  return (scope) => Object.fromEntries(values.map(([name, value]) => [name, value(scope)]));
}

function checkNames({ node, inputs, report }: BlockForm): void {
  const given = entryOf(node, 'inputs')?.value;
  const names = inputs.map(({ name }) => name);
  for (const { key, keySpan } of given?.kind === 'map' ? given.entries : []) {
    if (names.includes(key)) continue;
    const todo = names.length === 0 ? 'declare it there: inputs: and steps:' : didYouMean(key, names);
    report.error('unknown-input', keySpan, `the included file has no input '${key}'`, todo);
  }
}

function compileInput(input: Input, { node, report }: BlockForm, names: Names): (scope: Scope) => Json {
  const { name, fallback, type, description } = input;
  const entry = entryOf(entryOf(node, 'inputs')?.value, name);
  if (entry === undefined) {
    const file = entryOf(node, 'include');
    const why = `the included file needs the input '${name}'${description === undefined ? '' : ` (${description})`}`;
    if (fallback === undefined)
      report.error('input-not-given', file?.value.span ?? node.span, why, `give it: inputs: { ${name}: … }`);
    return () => fallback ?? null;
  }
  const { value, evaluate } = compileValue(entry.value, { type: SCHEMA_TYPES[type] }, names, report);
  const problem = value === undefined ? undefined : valueProblem(input, value);
  if (problem) report.error('bad-input', entry.value.span, `the input '${name}': ${problem}`);
  const { file, line, column } = report.source.at(entry.value.span.start);
  return (scope) => {
    const result = evaluate(scope);
    const wrong = valueProblem(input, result);
    if (wrong) throw new StepError(`${file}:${line}:${column}: the input '${name}': ${wrong}`);
    return result;
  };
}
